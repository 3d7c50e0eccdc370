"""Every write that changes a row reaches its key: real triggers, the real change log, the real way back."""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pytest
from django.db import models, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from cqrs_read import ReadModel, Rows
from cqrs_read.fan_out.dependencies import streams
from cqrs_read.fan_out.expand import touched_keys
from cqrs_write import changelog
from tests.integration.cqrs_read.declarations.graph.captured import captured
from tests.integration.cqrs_read.declarations.graph.nodes import (
    BigOrder,
    Customer,
    Line,
    Order,
    Product,
    Profile,
    Refund,
    Region,
    Stock,
    Tag,
    Warehouse,
)
from tests.integration.cqrs_read.declarations.graph.probe import declared, rows

TEXT = models.TextField(null=True)
MONEY = models.DecimalField(max_digits=12, decimal_places=2, null=True)
DOCUMENT = models.JSONField()

OWN_LINES = Line.objects.filter(order=OuterRef("pk"))

EVERYTHING: dict[str, Any] = {
    "region": (F("customer__region__name"), TEXT),
    "level": F("customer__profile__level"),
    "referrer": (F("referrer__name"), TEXT),
    "warehouse_name": (F("warehouse__name"), TEXT),
    "followed": F("follows__rate"),
    "discount": F("bigorder__discount"),
    "tag_names": (Rows("tags", fields=["name"], order_by=["name", "pk"]), DOCUMENT),
    "lines": (
        Rows("lines", fields={"sku": "product_id", "name": "product__name"}, order_by=["pk"]),
        DOCUMENT,
    ),
    "weight": Sum(Coalesce("lines__weight", 1)),
    "refunds": (Sum("lines__refunds__amount"), MONEY),
    "refund_list": (Rows("lines__refunds", fields=["amount"], order_by=["pk"]), DOCUMENT),
    "price": (Sum("products__price"), MONEY),
    "siblings": Sum("customer__orders__rate"),
    "related_rates": Sum("related__rate"),
    "blockers": Sum("blocked_by__rate"),
    "followers_count": Count("followers"),
    "reminders": Count("bigorder__reminders"),
    "best": (Subquery(OWN_LINES.order_by("-product__price", "pk").values("product__name")[:1]), TEXT),
    "nested": (
        Exists(OWN_LINES.filter(Exists(Refund.objects.filter(line=OuterRef("pk"))))),
        models.BooleanField(),
    ),
    "stocked": Count(
        "lines", filter=Exists(Stock.objects.filter(sku=OuterRef("lines__product__sku"), amount__gt=0))
    ),
    "others": (
        Exists(Order.objects.filter(customer=OuterRef("customer")).exclude(lines__refunds__amount=5)),
        models.BooleanField(),
    ),
}


# Only the toolkit's own tables are flushed afterwards, which is faster.
pytestmark = [
    pytest.mark.django_db(transaction=True, available_apps=["cqrs_write", "cqrs_read"]),
    pytest.mark.usefixtures("committed"),
]


@cache
def everything() -> type[ReadModel]:
    """One class for all tests: what follows from a declaration is worked out once for each class."""
    return declared(**EVERYTHING)


def touched_by(read_model: type[ReadModel], write: Callable[[], Any]) -> tuple[set[str], set[str]]:
    """The keys whose rows ``write`` changes, and those that the change log leads to."""
    with captured(read_model):
        before, position = rows(read_model), changelog.now("default")
        with transaction.atomic():
            write()
        after = rows(read_model)
        window = changelog.window("default", position, streams(read_model))
        assert not window.everything
        touched = touched_keys(read_model, window)
    changed = {key for key in {*before, *after} if before.get(key, ...) != after.get(key, ...)}
    return {str(key) for key in changed}, touched


def nth(place: int) -> Any:
    return Order.objects.order_by("pk")[place]


def insert_lines() -> None:
    Line.objects.bulk_create(
        [Line(order=nth(2), product_id="q", quantity=1), Line(order=nth(3), product_id="p", quantity=2)]
    )


def remove_warehouse() -> None:
    Stock.objects.all().delete()
    Warehouse.objects.filter(name="main")._raw_delete("default")


WRITES: dict[str, Callable[[], Any]] = {
    "a region is renamed": lambda: Region._base_manager.update(name="elsewhere"),
    "a customer moves": lambda: Customer._base_manager.filter(code="A").update(region=None),
    "a profile comes": lambda: Profile.objects.create(customer=Customer.objects.get(code="B"), level=1),
    "a profile changes hands": lambda: Profile.objects.filter(level=7).update(
        customer=Customer.objects.get(code="B")
    ),
    "a profile goes": lambda: Profile.objects.filter(level=7).delete(),
    "an order changes hands": lambda: Order.objects.filter(rate=10).update(
        customer=Customer.objects.get(code="B")
    ),
    "an order's rate": lambda: Order.objects.filter(rate=10).update(rate=11),
    "an order follows another": lambda: Order.objects.filter(rate=1).update(follows=nth(2)),
    "an order goes": lambda: nth(0).delete(),
    "an order comes": lambda: Order.objects.create(
        customer=Customer.objects.first(), warehouse_id=5, day=date.today()
    ),
    "a warehouse comes late": lambda: Warehouse.objects.create(pk=999, name="late"),
    "a warehouse goes": remove_warehouse,
    "a big order's discount": lambda: BigOrder.objects.update(discount=F("discount") + 1),
    "tags are set": lambda: nth(0).tags.set(Tag.objects.filter(name="green")),
    "tags are cleared": lambda: nth(3).tags.clear(),
    "a tag is renamed": lambda: Tag.objects.filter(name="red").update(name="crimson"),
    "a tag goes": lambda: Tag.objects.filter(name="blue").delete(),
    "relations are removed": lambda: nth(0).related.remove(nth(1)),
    "an order is blocked": lambda: nth(1).blocks.add(nth(0)),
    "lines come": insert_lines,
    "a line moves": lambda: Line.objects.filter(quantity=7).update(order=nth(2)),
    "a line has another product": lambda: Line.objects.filter(product="p").update(product="r"),
    "a line's weight": lambda: Line.objects.filter(weight=None).update(weight=3),
    "a product is renamed": lambda: Product.objects.filter(sku="q").update(name="Q"),
    "a product's price": lambda: Product.objects.update(price=F("price") * 2),
    "a refund moves": lambda: Refund.objects.filter(amount=5).update(line=Line.objects.get(quantity=7)),
    "a refund's amount": lambda: Refund.objects.filter(amount=5).update(amount=6),
    "refunds go": lambda: Refund.objects.filter(amount__lt=3).delete(),
    "reminders go": lambda: BigOrder.objects.get().reminders.all().delete(),
    "stock comes": lambda: Stock.objects.create(warehouse=Warehouse.objects.get(), sku="r", amount=1),
    "stock is used up": lambda: Stock.objects.update(amount=0),
    "stock is of something else": lambda: Stock.objects.filter(sku="p").update(sku="r"),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_every_row_that_changes_is_reached(write: Callable[[], Any]) -> None:
    changed, touched = touched_by(everything(), write)
    assert changed
    assert changed <= touched


@pytest.mark.parametrize(
    ("column", "write", "reached"),
    [
        (Count("tags"), lambda: nth(0).tags.clear(), [0]),
        ((F("customer__region__name"), TEXT), WRITES["a region is renamed"], [0, 1]),
        ((Rows("tags", fields=["name"]), DOCUMENT), WRITES["a tag is renamed"], [0]),
        (Sum("related__rate"), WRITES["an order's rate"], [0, 1, 3]),
        ((Sum("lines__refunds__amount"), MONEY), WRITES["a refund moves"], [0, 1]),
        (Count("lines", filter=Q(lines__product__price__gt=1)), WRITES["a product is renamed"], []),
    ],
)
def test_no_other_row_is_reached(column: Any, write: Callable[[], Any], reached: list[int]) -> None:
    keys = [str(key) for key in Order.objects.order_by("pk").values_list("pk", flat=True)]
    _, touched = touched_by(declared(value=column), write)
    assert touched == {keys[place] for place in reached}
