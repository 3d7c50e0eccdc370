"""``cqrs_read.W002``: a column that may be NULL, in a field that allows none."""

from typing import Any

import pytest
from django.core.checks import Warning
from django.db import models
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.test.utils import isolate_apps

from cqrs_read import ReadModel, Rows, checks
from cqrs_read.declaration.read_model import read_models
from legacy_app.orders.models import Order, OrderLine, Product
from legacy_app.orders_cqrs.read_models import OrderSummary


def declared(expression: Any, source: Any = Order, field: Any = None, **projection: Any) -> type[ReadModel]:
    """A read model whose column ``value``, which allows no NULL, is ``expression``."""

    with isolate_apps("legacy_app.orders_cqrs"):

        class Probe(ReadModel):
            id = models.BigIntegerField(primary_key=True)
            value = field or models.IntegerField()
            Projection = type(
                "Projection", (), {"source": source, "columns": {"value": expression}} | projection
            )

            class Meta:
                app_label = "orders_cqrs"

    return Probe


def warned(probe: type[ReadModel], monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setattr(checks, "read_models", lambda: [probe])
    assert not checks.check_columns(None)
    assert not checks.check_types(None)
    return list(checks.check_nullable(None))


LINES = OrderLine.objects.filter(order=OuterRef("pk")).order_by("id").values("quantity")[:1]


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (Max("lines__quantity"), "Max is NULL over no rows"),
        (Sum("lines__quantity") + 1, "Sum is NULL over no rows"),
        (F("customer__user"), "'user' of customers.Customer may be NULL"),
        (F("customer__user__id"), "'user' of customers.Customer may be NULL"),
        (lambda: Subquery(LINES), "a Subquery is NULL where it finds no row"),
    ],
)
def test_what_may_be_null_is_warned_of(expression: Any, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    probe = declared(expression)
    (message,) = warned(probe, monkeypatch)
    assert isinstance(message, Warning)
    assert (message.id, message.obj) == ("cqrs_read.W002", probe)
    assert message.msg == f"Column 'value' may be NULL, which its field does not allow: {reason}."
    assert "null=True" in (message.hint or "")


@pytest.mark.parametrize(
    "expression",
    [
        Count("lines"),
        Sum("lines__quantity", default=0),
        Coalesce(Max("lines__quantity"), 0),
        Coalesce(F("customer__user"), Value(0)),
        F("customer"),
        F("customer__id"),
    ],
)
def test_what_is_never_null_is_not(expression: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert warned(declared(expression), monkeypatch) == []


def test_a_field_that_allows_null_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert warned(declared(Max("lines__quantity"), field=models.IntegerField(null=True)), monkeypatch) == []


def test_rows_and_exists_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    exists = declared(
        lambda: Exists(OrderLine.objects.filter(order=OuterRef("pk"))), field=models.BooleanField()
    )
    assert warned(exists, monkeypatch) == []
    assert warned(declared(Rows("lines", fields=["quantity"]), field=models.JSONField()), monkeypatch) == []


def test_a_path_that_the_filter_asks_about_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    name = {"source": Product, "field": models.CharField(max_length=100)}
    (message,) = warned(declared(F("category__name"), **name), monkeypatch)
    assert "'category' of orders.Product may be NULL" in message.msg
    filtered = declared(F("category__name"), filter=Q(category__isnull=False), **name)
    assert warned(filtered, monkeypatch) == []


def test_a_group_has_rows_unless_a_filter_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def grouped(expression: Any) -> type[ReadModel]:
        with isolate_apps("legacy_app.orders_cqrs"):

            class Probe(ReadModel):
                customer_city = models.CharField(max_length=100, primary_key=True)
                value = models.DecimalField(max_digits=14, decimal_places=2)

                class Projection:
                    source = OrderSummary
                    group_by = ["customer_city"]
                    columns = {"value": expression}

                class Meta:
                    app_label = "orders_cqrs"

        return Probe

    assert warned(grouped(Sum("total")), monkeypatch) == []
    (message,) = warned(grouped(Sum("total", filter=Q(status="new"))), monkeypatch)
    assert "Sum is NULL over no rows" in message.msg


def test_the_samples_read_models_raise_no_alarm() -> None:
    assert read_models()
    assert checks.check_nullable(None) == []
