"""cqrs_read.E001: a declaration that cannot be kept true is refused, with the column and the remedy."""

from typing import Any

import pytest
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Sum, Value, When
from django.db.models.expressions import RawSQL, Window
from django.db.models.functions import Coalesce, Now, Random, RowNumber
from django.test.utils import isolate_apps

from cqrs_read import ReadModel, Rows, checks
from cqrs_read.dependencies import dependencies
from cqrs_read.exceptions import ProjectionError
from legacy_app.orders.models import Order, OrderLine
from legacy_app.orders_cqrs.read_models import OrderSummary


def declared(expression: Any, **projection: Any) -> type[ReadModel]:
    """A read model over orders whose column ``value`` is ``expression``."""

    class Projected:
        source = Order
        columns = {"value": expression} | projection

    class Probe(ReadModel):
        id = models.BigIntegerField(primary_key=True)
        value = models.IntegerField(null=True)
        Projection = Projected

        class Meta:
            app_label = "orders_cqrs"

    return Probe


@isolate_apps("legacy_app.orders_cqrs")
@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        (Now(), "Now cannot be kept true"),
        (Random(), "Random cannot be kept true"),
        (Coalesce("id", Now()), "Now cannot be kept true"),
        (Count("lines", filter=Q(order_lines__created_at__lt=Now())), "Now cannot be kept true"),
        (Case(When(Q(placed_at__lt=Now()), then=1)), "Now cannot be kept true"),
        (Rows("lines", fields={"age": Now()}), "Now cannot be kept true"),
        (Window(RowNumber()), "Window cannot be kept true"),
        (RawSQL("1", ()), "RawSQL cannot be kept true"),
        (Exists(OrderLine.objects.filter(order=OuterRef("pk"))), "Exists cannot be kept true"),
        (F("lines__quantity"), "'lines__quantity' has many values"),
        (F("customer__tags__name"), "'customer__tags__name' has many values"),
        (F("customer__orders__note"), "'customer__orders__note' has many values"),
        (Case(When(Q(lines__quantity=1), then=1)), "'lines__quantity' has many values"),
        (Sum("payments__refunds__amount"), "'refunds__amount' has many values for each payment"),
        (
            Rows("payments", fields={"refund": "refunds__id"}),
            "'refunds__id' has many values for each payment",
        ),
        (Count("*"), "spans no relation"),
        (Sum(F("lines__quantity") + F("payments__amount")), "spans lines, payments"),
        (Sum("customer__id"), "'customer' is no reverse foreign key of orders.Order"),
        (Rows("payment", fields=["amount"]), "'payment' is no reverse foreign key of orders.Order"),
    ],
)
def test_what_cannot_be_kept_true_is_refused(expression: Any, problem: str) -> None:
    with pytest.raises(ProjectionError, match=r"orders_cqrs\.Probe\.value: .+") as error:
        dependencies(declared(expression))
    assert problem in str(error.value)
    assert error.value.remedy.endswith(".")


@isolate_apps("legacy_app.orders_cqrs")
def test_a_filter_over_many_rows_is_refused() -> None:
    class Probe(ReadModel):
        id = models.BigIntegerField(primary_key=True)

        class Projection:
            source = Order
            filter = Q(lines__quantity__gt=1)

        class Meta:
            app_label = "orders_cqrs"

    with pytest.raises(ProjectionError, match=r"Probe\.filter: 'lines__quantity__gt' has many values"):
        dependencies(Probe)


@isolate_apps("legacy_app.orders_cqrs")
def test_a_path_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ProjectionError, match=r"Probe\.value.+custmer"):
        dependencies(declared(F("custmer__name")))


@isolate_apps("legacy_app.orders_cqrs")
def test_a_declared_column_that_is_no_field_is_refused() -> None:
    with pytest.raises(ProjectionError, match=r"Probe\.vlaue: is declared but is no field"):
        dependencies(declared(F("id"), vlaue=F("id")))


@isolate_apps("legacy_app.orders_cqrs")
def test_a_field_that_maps_to_nothing_is_refused() -> None:
    class Probe(ReadModel):
        id = models.BigIntegerField(primary_key=True)
        colour = models.TextField()

        class Projection:
            source = Order

        class Meta:
            app_label = "orders_cqrs"

    with pytest.raises(ProjectionError, match=r"Probe\.colour: orders\.Order has no column 'colour'"):
        dependencies(Probe)


@isolate_apps("legacy_app.orders_cqrs")
def test_a_read_model_without_a_source_is_refused() -> None:
    class Probe(ReadModel):
        id = models.BigIntegerField(primary_key=True)

        class Meta:
            app_label = "orders_cqrs"

    with pytest.raises(ProjectionError, match="has no Projection with a source"):
        dependencies(Probe)


@isolate_apps("legacy_app.orders_cqrs")
def test_the_check_names_model_column_and_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    probe = declared(Value(1) + Now())
    monkeypatch.setattr(checks, "read_models", lambda: [OrderSummary, probe])
    (message,) = checks.check_projections(None)
    assert (message.id, message.obj) == ("cqrs_read.E001", probe)
    assert message.msg == "Column 'value': Now cannot be kept true."
    assert message.hint


@isolate_apps("legacy_app.orders_cqrs")
def test_expressions_around_aggregates_are_accepted() -> None:
    probe = declared(Coalesce(Sum("lines__quantity") * 2 + Count("payments"), 0))
    assert {item.table for item in dependencies(probe)} == {
        "orders_order",
        "orders_orderline",
        "orders_payment",
    }
