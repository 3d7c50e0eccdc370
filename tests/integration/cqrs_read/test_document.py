"""Documents as either database stores and gives them."""

import json
from typing import Any

import pytest
from django.db import connection
from rest_framework.renderers import JSONRenderer

from cqrs_read.backfill import backfill
from cqrs_read.document import Document, DocumentJSONRenderer, with_documents
from legacy_app.orders.models import Order, OrderLine, Product
from legacy_app.orders_cqrs.read_models import OrderSummary

NAMES = [
    'a "quoted": name, with commas',
    "back\\slash",
    "Grüße 日本 \U0001f600",
    "line\u2028end",
    "tab\t\nbreak\x7f",
]


@pytest.fixture
def odd(shop: list[Order]) -> list[Order]:
    """Orders whose lines carry every character that JSON or JavaScript treats apart."""
    for place, name in enumerate(NAMES):
        Product.objects.create(sku=f"ODD{place}", name=name, price=1)
        OrderLine.objects.create(order=shop[0], product_id=f"ODD{place}", quantity=1, unit_price="0.10")
    return shop


def rows() -> Any:
    return OrderSummary.objects.order_by("id").values("id", "note", "lines")


def rendered_both_ways() -> tuple[bytes, bytes]:
    """The rows as they come, and as DRF renders what is parsed."""
    documents = DocumentJSONRenderer().render(list(with_documents(rows(), ["lines"])))
    return documents, JSONRenderer().render(list(rows()))


def test_the_same_json(odd: list[Order]) -> None:
    backfill(OrderSummary)
    documents, parsed = rendered_both_ways()
    assert json.loads(documents) == json.loads(parsed)
    assert [line["name"] for line in json.loads(documents)[0]["lines"]][1:] == NAMES


@pytest.mark.sqlite
def test_the_same_bytes(odd: list[Order]) -> None:
    backfill(OrderSummary)
    documents, parsed = rendered_both_ways()
    assert documents == parsed


@pytest.mark.parametrize("text", ["null", '"text"', "1", "[]", "{}", "true"])
def test_whatever_the_value_is(filled: list[Order], text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_cqrs_ordersummary SET lines = %s", [text])
    documents, parsed = rendered_both_ways()
    assert documents == parsed


def test_only_what_is_named_is_a_document(filled: list[Order]) -> None:
    assert isinstance(with_documents(rows(), ["lines"])[0]["lines"], Document)
    assert isinstance(with_documents(rows(), ["note"])[0]["lines"], list)
    assert isinstance(rows()[0]["lines"], list)


def test_it_can_be_filtered_counted_and_sliced_afterwards(filled: list[Order]) -> None:
    later = with_documents(rows(), ["lines"]).filter(line_count__gt=1)
    assert later.count() == 3
    assert [type(row["lines"]) for row in later[1:3]] == [Document, Document]
