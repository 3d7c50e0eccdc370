"""What the read models must hold: ``python oracle.py``, in the shop without the toolkit.

Plain Python over the shop's tables, each read once and whole; nothing is joined, filtered or summed in a query.
Prints one JSON line a row, as ``dumpdata --format jsonl`` prints the read models' own.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import django

django.setup()

from django.apps import apps
from django.db import transaction

Row = dict[str, Any]


class Table:
    """All rows of one of the shop's models, by key and by what they refer to."""

    def __init__(self, label: str) -> None:
        model = apps.get_model(label)
        self.rows: list[Row] = list(model._base_manager.order_by().values())
        self.by_key = {row[model._meta.pk.attname]: row for row in self.rows}

    def of(self, key: Any) -> Row:
        """The row with that key; one without any value where there is none."""
        return self.by_key.get(key) or defaultdict(lambda: None)

    def by(self, reference: str) -> dict[Any, list[Row]]:
        """The rows that refer to each key by the column ``reference``."""
        found: dict[Any, list[Row]] = defaultdict(list)
        for row in self.rows:
            found[row[reference]].append(row)
        return found


def order_summaries() -> Iterator[Row]:
    orders, users, lines = Table("order.Order"), Table("auth.User"), Table("order.Line").by("order_id")
    addresses, countries = Table("order.ShippingAddress"), Table("address.Country")
    notes, partners = Table("order.OrderNote").by("order_id"), Table("partner.Partner")
    for order in orders.rows:
        user, own = users.of(order["user_id"]), lines[order["id"]]
        code = addresses.of(order["shipping_address_id"])["country_id"]
        yield {
            "id": order["id"],
            "number": order["number"],
            "status": order["status"],
            "total_incl_tax": money(order["total_incl_tax"]),
            "email": user["email"] or order["guest_email"],
            "customer": f"{user['first_name']} {user['last_name']}" if order["user_id"] else "",
            "country_code": code,
            "country": countries.of(code)["name"],
            "line_count": len(own),
            "item_count": sum(line["quantity"] for line in own),
            "lines_total": money(sum((line["line_price_incl_tax"] for line in own), Decimal())),
            "cancelled_lines": len([line for line in own if line["status"] == "Cancelled"]),
            "note_count": len(notes[order["id"]]),
            "partners": named({partners.of(line["partner_id"])["name"] for line in own}),
        }


def product_cards() -> Iterator[Row]:
    products, classes = Table("catalogue.Product"), Table("catalogue.ProductClass")
    children, stock = products.by("parent_id"), Table("partner.StockRecord").by("product_id")
    sold, orders = Table("order.Line").by("product_id"), Table("order.Order")
    placed, categories = Table("catalogue.ProductCategory").by("product_id"), Table("catalogue.Category")
    for product in products.rows:
        parent, own = products.of(product["parent_id"]), stock[product["id"]]
        class_id = product["product_class_id"] or parent["product_class_id"]
        yield {
            "id": product["id"],
            "structure": product["structure"],
            "is_public": product["is_public"],
            "upc": product["upc"] or None,  # the field of the shop reads NULL as an empty text
            "title": product["title"] or parent["title"] or "",
            "product_class": classes.of(class_id)["name"],
            "min_price": money(min((item["price"] for item in own), default=None)),
            "available": sum(item["num_in_stock"] - (item["num_allocated"] or 0) for item in own),
            "child_count": len(children[product["id"]]),
            "units_sold": sum(
                line["quantity"]
                for line in sold[product["id"]]
                if orders.of(line["order_id"])["status"] != "Cancelled"
            ),
            "categories": named(categories.of(row["category_id"])["name"] for row in placed[product["id"]]),
        }


def named(names: Iterable[str | None]) -> list[Row]:
    """The names in order; one that refers to nothing has none."""
    return [{"name": name} for name in sorted(name for name in names if name is not None)]


def money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


if __name__ == "__main__":
    with transaction.atomic():
        for model, rows in (("ordersummary", order_summaries()), ("productcard", product_cards())):
            for row in rows:
                key = row.pop("id")
                print(json.dumps({"model": f"shop_cqrs.{model}", "pk": key, "fields": row}))
