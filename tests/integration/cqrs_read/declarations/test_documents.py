"""Values within documents: the same text on every database, whatever a session has set."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, models
from django.db.models import F
from django.db.models.functions import JSONObject

from cqrs_read import Rows
from tests.integration.cqrs_read.declarations.graph.nodes import Order, Sample
from tests.integration.cqrs_read.declarations.graph.probe import declared, rows

FULL = {
    "moment": datetime(2026, 3, 1, 23, 5, 6, 7000, tzinfo=UTC),
    "date": date(2026, 3, 1),
    "time": time(1, 2, 3),
    "duration": timedelta(days=2, hours=3, microseconds=5),
    "uuid": uuid.UUID("0fd8e6f4-7b1a-4b6e-9d53-3c1c6a1d2b10"),
    "flag": True,
    "raw": b"\x00\xff",
    "document": {"a": [1, {"b": None}], "c": "d"},
    "address": "10.0.0.1",
    "number": 0.25,
    "money": Decimal("7.50"),
    "text": 'quoted "text" é',
}

SHOWN = {
    "moment": "2026-03-01T23:05:06.007000Z",
    "date": "2026-03-01",
    "time": "01:02:03",
    "duration": "2 03:00:00.000005",
    "uuid": "0fd8e6f4-7b1a-4b6e-9d53-3c1c6a1d2b10",
    "flag": True,
    "raw": "00ff",
    "document": {"a": [1, {"b": None}], "c": "d"},
    "address": "10.0.0.1",
    "number": 0.25,
    "money": "7.50",
    "text": 'quoted "text" é',
}


def samples(order: int, **options: Any) -> list[dict[str, Any]]:
    found = rows(declared(value=(Rows("samples", **options), models.JSONField())))
    return found[order]  # type: ignore[no-any-return]


@pytest.fixture
def foreign_session(orders: list[Any]) -> None:
    """A session that writes moments, bytes and durations down in its own way."""
    settings = {
        "TimeZone": "Asia/Kolkata",
        "DateStyle": "German",
        "IntervalStyle": "iso_8601",
        "bytea_output": "escape",
    }
    with connection.cursor() as cursor:
        for name, value in settings.items() if connection.vendor == "postgresql" else ():
            cursor.execute(f"SET LOCAL {name} = '{value}'")


def test_every_type_is_shown_as_drf_shows_it(orders: list[Any], foreign_session: None) -> None:
    Sample.objects.create(order_id=orders[2], **FULL)
    assert samples(orders[2], fields=list(SHOWN)) == [SHOWN]


def test_null_is_null(orders: list[Any], foreign_session: None) -> None:
    Sample.objects.create(order_id=orders[2])
    assert samples(orders[2], fields=list(SHOWN)) == [dict.fromkeys(SHOWN)]


@pytest.mark.parametrize(
    ("duration", "shown"),
    [
        (timedelta(0), "00:00:00"),
        (timedelta(hours=23, seconds=1), "23:00:01"),
        (timedelta(seconds=-1), "-1 23:59:59"),
        (timedelta(days=-2, microseconds=1), "-2 00:00:00.000001"),
        (timedelta(days=400), "400 00:00:00"),
    ],
)
def test_durations_are_django_s(orders: list[Any], duration: timedelta, shown: str) -> None:
    Sample.objects.create(order_id=orders[2], duration=duration)
    assert samples(orders[2], fields=["duration"]) == [{"duration": shown}]


@pytest.mark.parametrize("name", [name for name in SHOWN if name != "document"])
def test_what_is_unique_can_be_sorted_by_any_type(
    orders: list[Any], foreign_session: None, name: str
) -> None:
    lower = {
        "moment": datetime(2026, 3, 1, 23, 5, 6, tzinfo=UTC),
        "date": date(2025, 12, 31),
        "time": time(1),
        "duration": timedelta(hours=30),
        "uuid": uuid.UUID(int=1),
        "flag": False,
        "raw": b"",
        "address": "10.0.0.0",
        "number": -1.5,
        "money": Decimal("-7.60"),
        "text": "",
    }[name]
    for value in (FULL[name], lower, FULL[name], None):
        Sample.objects.create(order_id=orders[2], **{name: value})
    found = samples(orders[2], fields=[name], order_by=[name], distinct=True)
    assert [item[name] for item in found][1:] == [SHOWN[name], None]
    again = samples(orders[2], fields=[name], order_by=[f"-{name}", "pk"])
    assert [item[name] for item in again][:3] == [None, SHOWN[name], SHOWN[name]]


def test_documents_of_one_row_may_nest(orders: list[Any]) -> None:
    document = JSONObject(
        city=F("city"), customer=JSONObject(name=F("customer__name"), region=F("customer__region__name"))
    )
    found = rows(declared(Order, value=(document, models.JSONField())))
    assert found[orders[0]] == {"city": "Bern", "customer": {"name": "ada", "region": "north"}}


def test_documents_within_rows_stay_documents(orders: list[Any]) -> None:
    product = JSONObject(sku=F("product__sku"), name=F("product__name"))
    lines = Rows("lines", fields={"product": product}, order_by=["pk"])
    found = rows(declared(Order, value=(lines, models.JSONField())))
    assert found[orders[3]] == [{"product": {"sku": "q", "name": "Product q"}}]
