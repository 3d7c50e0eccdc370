"""What the system checks say of a declaration, by number."""

from typing import Any

import pytest
from django.db import models
from django.db.models import Count, F, Value
from django.db.models.functions import Now
from django.test.utils import isolate_apps

from cqrs_read import ReadModel, checks
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.unit.cqrs_read.probe import declared


def check_of(name: str) -> Any:
    return getattr(checks, f"check_{name}")


@isolate_apps("legacy_app.orders_cqrs")
@pytest.mark.parametrize(
    ("name", "number", "expression", "problem"),
    [
        ("columns", "E001", F("lines"), "Column 'value': 'lines' has many values."),
        (
            "columns",
            "E001",
            F("custmer__name"),
            "Column 'value': 'custmer__name': orders.Order has no 'custmer'.",
        ),
        ("types", "E002", F("note"), "Column 'value': is declared as integer, but computed as text."),
        ("volatile", "E005", Value(1) + Now(), "Column 'value': Now cannot be kept true."),
    ],
)
def test_each_check_names_model_column_and_remedy(
    monkeypatch: pytest.MonkeyPatch, name: str, number: str, expression: Any, problem: str
) -> None:
    probe = declared(expression)
    monkeypatch.setattr(checks, "read_models", lambda: [OrderSummary, probe])
    (message,) = check_of(name)(None)
    assert (message.id, message.obj, message.msg) == (f"cqrs_read.{number}", probe, problem)
    assert message.hint
    others = {"columns", "types", "names", "keys", "volatile", "groups"} - {name}
    assert [found for other in others for found in check_of(other)(None)] == []


@isolate_apps("legacy_app.orders_cqrs")
def test_e003_a_column_that_is_declared_under_both_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    class Probe(ReadModel):
        id = models.BigIntegerField(primary_key=True)
        customer = models.ForeignKey("customers.Customer", models.DO_NOTHING, db_constraint=False)

        class Projection:
            source = Order
            columns = {"customer": F("customer"), "customer_id": F("customer_id")}

        class Meta:
            app_label = "orders_cqrs"

    monkeypatch.setattr(checks, "read_models", lambda: [Probe])
    (message,) = checks.check_names(None)
    assert (message.id, message.obj) == ("cqrs_read.E003", Probe)
    assert message.msg == "Column 'customer_id': is declared twice, as 'customer' too."


@isolate_apps("legacy_app.orders_cqrs")
def test_e004_a_key_that_is_not_the_source_s(monkeypatch: pytest.MonkeyPatch) -> None:
    class Probe(ReadModel):
        number = models.CharField(max_length=32, primary_key=True)

        class Projection:
            source = Order

        class Meta:
            app_label = "orders_cqrs"

    monkeypatch.setattr(checks, "read_models", lambda: [Probe])
    (message,) = checks.check_keys(None)
    assert (message.id, message.obj) == ("cqrs_read.E004", Probe)
    assert message.msg == "its primary key is not that of orders.Order: id."
    assert message.hint == "Make it so: id = <a field like the source's>(primary_key=True)."


@isolate_apps("legacy_app.orders_cqrs")
def test_e006_a_group_by_what_may_be_null(monkeypatch: pytest.MonkeyPatch) -> None:
    class Probe(ReadModel):
        number = models.CharField(max_length=32, primary_key=True)
        orders = models.IntegerField()

        class Projection:
            source = Order
            group_by = ["number"]
            columns = {"orders": Count("*")}

        class Meta:
            app_label = "orders_cqrs"

    monkeypatch.setattr(checks, "read_models", lambda: [Probe])
    (message,) = checks.check_groups(None)
    assert (message.id, message.obj) == ("cqrs_read.E006", Probe)
    assert message.msg == "Column 'number': 'number' of orders.Order may be NULL."


@isolate_apps("legacy_app.orders_cqrs")
@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ({"on_delete": models.DO_NOTHING, "db_constraint": False}, []),
        ({"on_delete": models.DO_NOTHING}, ["cqrs_read.E008"]),
        ({"on_delete": models.CASCADE, "db_constraint": False}, ["cqrs_read.E008"]),
        ({"on_delete": models.PROTECT}, ["cqrs_read.E008"]),
    ],
)
def test_a_foreign_key_that_could_stop_the_monolith_is_an_error(
    options: dict[str, Any], numbers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Probe(ReadModel):
        id = models.BigIntegerField(primary_key=True)
        placed = models.ForeignKey(Order, related_name="+", **options)

        class Projection:
            source = Order
            columns = {"placed": F("id")}

        class Meta:
            app_label = "orders_cqrs"

    monkeypatch.setattr(checks, "read_models", lambda: [Probe])
    found = checks.check_foreign_keys(None)
    assert [message.id for message in found] == numbers
    assert all("'placed'" in message.msg and "DO_NOTHING" in (message.hint or "") for message in found)
