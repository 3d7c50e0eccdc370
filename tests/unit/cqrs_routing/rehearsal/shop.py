"""A shop's writes as either side would leave them: with its own keys, at its own time, in its own order."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from cqrs_routing.rehearsal.changes import Change, Identity
from cqrs_routing.rehearsal.recording import Recording
from cqrs_routing.rehearsal.run import Run
from cqrs_routing.rehearsal.shape import Shape

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)

SHAPES: Mapping[str, Shape] = {
    "shop_customer": Shape(key=("id",), generated=frozenset({"id"})),
    "shop_order": Shape(
        key=("id",), generated=frozenset({"id"}), references={"customer_id": ("shop_customer", "id")}
    ),
    "shop_line": Shape(
        key=("id",), generated=frozenset({"id"}), references={"order_id": ("shop_order", "id")}
    ),
    "shop_payment": Shape(
        key=("id",), generated=frozenset({"id"}), references={"order_id": ("shop_order", "id")}
    ),
    "shop_log": Shape(key=("id",), generated=frozenset({"id"})),
    "shop_product": Shape(key=("sku",)),
}


@dataclass(frozen=True, kw_only=True)
class Order:
    customer: int = 1
    status: str = "new"
    note: str = ""
    lines: tuple[tuple[str, int], ...] = ()
    payments: tuple[str, ...] = ()
    logged: bool = False


@dataclass(frozen=True, kw_only=True)
class Shopping:
    """``touched`` are customers whose last contact is now, ``stock`` by SKU what is left, ``gone`` deleted SKUs."""

    orders: tuple[Order, ...] = ()
    touched: tuple[int, ...] = ()
    stock: Mapping[str, int] = field(default_factory=dict)
    gone: tuple[str, ...] = ()


@dataclass
class Sequence:
    """Keys that a side gives, in any order that ``spread`` makes of 0, 1, 2 …"""

    spread: Callable[[int], int] = lambda number: 10_000 + number
    given: int = 0

    def next(self) -> int:
        self.given += 1
        return self.spread(self.given)


def recording(
    shopping: Shopping,
    *,
    began: datetime = NOON,
    spread: Callable[[int], int] = lambda number: 10_000 + number,
    order: Callable[[list[Any]], list[Any]] = list,
    **more: Any,
) -> Recording:
    """What is recorded of ``shopping`` by a side that runs from ``began`` on."""
    rows = written(shopping, began + timedelta(milliseconds=20), Sequence(spread))
    run = Run(began=began, ended=began + timedelta(milliseconds=50))
    found = Recording(run=run, changes=dict(order(list(rows.items()))), shapes=SHAPES)
    return replace(found, **more)


def written(shopping: Shopping, now: datetime, keys: Sequence) -> dict[Identity, Change]:
    found: dict[Identity, Change] = {}

    def insert(table: str, **row: Any) -> None:
        found[table, (row["id"],)] = Change(old=None, new=row)

    for order in shopping.orders:
        key = keys.next()
        number = f"{now.year}-{key:09d}"
        insert(
            "shop_order",
            id=key,
            number=number,
            customer_id=order.customer,
            status=order.status,
            note=order.note,
            placed_at=now.isoformat(),
            valid_until=(now + timedelta(days=30)).isoformat(),
            day=now.date().isoformat(),
        )
        for sku, quantity in order.lines:
            insert(
                "shop_line",
                id=keys.next(),
                order_id=key,
                sku=sku,
                quantity=quantity,
                price=Decimal("1.50") * quantity,
            )
        for method in order.payments:
            insert("shop_payment", id=str(uuid.UUID(int=keys.next())), order_id=key, method=method)
        if order.logged:
            message = {
                "order_id": key,
                "at": now.isoformat().replace("+00:00", "Z"),
                "text": f"Placed {number} at {now}",
            }
            insert("shop_log", id=keys.next(), object_id=str(key), path=[key, "orders"], message=message)
    for customer in shopping.touched:
        old = {"id": customer, "name": "Ada", "last_contact_at": "2020-01-01T00:00:00+00:00"}
        found["shop_customer", (customer,)] = Change(old=old, new=old | {"last_contact_at": now.isoformat()})
    for sku, left in shopping.stock.items():
        old = {"sku": sku, "stock": 1_000_000}
        found["shop_product", (sku,)] = Change(old=old, new=old | {"stock": left})
    for sku in shopping.gone:
        found["shop_product", (sku,)] = Change(old={"sku": sku, "stock": 7}, new=None)
    return found


def later(**moved: Any) -> datetime:
    return NOON + timedelta(**moved)
