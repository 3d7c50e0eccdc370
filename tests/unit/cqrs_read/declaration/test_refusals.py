"""What cannot be kept true is refused, wherever it stands in a declaration."""

from typing import Any

import pytest
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Sum, When
from django.db.models.expressions import RawSQL, Window
from django.db.models.functions import Coalesce, Now, Random, RowNumber
from django.test.utils import isolate_apps

from cqrs_read import ReadModel, Rows
from cqrs_read.exceptions import ProjectionError
from cqrs_read.fan_out.dependencies import dependencies
from legacy_app.orders.models import Order, OrderLine
from tests.unit.cqrs_read.probe import declared


@isolate_apps("legacy_app.orders_cqrs")
@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        (Now(), "Now cannot be kept true"),
        (Random(), "Random cannot be kept true"),
        (Coalesce("id", Now()), "Now cannot be kept true"),
        (Count("lines", filter=Q(lines__order__placed_at__lt=Now())), "Now cannot be kept true"),
        (Case(When(Q(placed_at__lt=Now()), then=1)), "Now cannot be kept true"),
        (Rows("lines", fields={"age": Now()}), "Now cannot be kept true"),
        (Window(RowNumber()), "Window cannot be kept true"),
        (RawSQL("1", ()), "RawSQL cannot be kept true"),
        (Exists(OrderLine.objects.filter(quantity=1)), "orders.OrderLine is not tied to the source"),
        (Exists(OrderLine.objects.filter(order__gt=OuterRef("pk"))), "is not tied to the source"),
        (
            Exists(OrderLine.objects.filter(order=OuterRef("pk"), product__updated_at=Now())),
            "Now cannot be kept",
        ),
        (
            Exists(OrderLine.objects.filter(product=OuterRef("lines__product"))),
            "'lines__product' has many values",
        ),
        (F("customer__orders"), "'customer__orders' has many values"),
        (F("lines__quantity"), "'lines__quantity' has many values"),
        (F("customer__tags__name"), "'customer__tags__name' has many values"),
        (F("customer__orders__note"), "'customer__orders__note' has many values"),
        (Case(When(Q(lines__quantity=1), then=1)), "'lines__quantity' has many values"),
        (
            Rows("payments", fields={"refund": "refunds__id"}),
            "'payments__refunds__id' has many values for each of payments",
        ),
        (Rows("payments", fields={"refunded": Sum("refunds__amount")}), "Sum stands within Rows"),
        (Rows("lines", fields=["quantity"], order_by=["id"], distinct=True), "cannot be sorted by 'id'"),
        (Count("*"), "spans no relation"),
        (Sum(F("lines__quantity") + F("payments__amount")), "spans lines, payments"),
        (Sum("customer__id"), "spans no relation to several rows"),
        (Rows("customer", fields=["name"]), "'customer' is no relation of orders.Order to several rows"),
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
def test_expressions_around_aggregates_are_accepted() -> None:
    probe = declared(Coalesce(Sum("lines__quantity") * 2 + Count("payments"), 0))
    assert {item.table for item in dependencies(probe)} == {
        "orders_order",
        "orders_orderline",
        "orders_payment",
    }


@isolate_apps("legacy_app.orders_cqrs", "django.contrib.contenttypes")
@pytest.mark.parametrize(
    ("source", "expression", "name"),
    [
        ("note", F("about"), "about"),
        ("note", F("about__name"), "about"),
        ("noted", Count("notes"), "notes"),
        ("noted", Rows("notes", fields=["id"]), "notes"),
    ],
)
def test_generic_relations_are_refused(source: str, expression: Any, name: str) -> None:
    class Note(models.Model):
        content_type = models.ForeignKey(ContentType, models.CASCADE)
        object_id = models.BigIntegerField()
        about = GenericForeignKey()

        class Meta:
            app_label = "orders_cqrs"

    class Noted(models.Model):
        notes = GenericRelation(Note)

        class Meta:
            app_label = "orders_cqrs"

    probe = declared(expression)
    probe.Projection.source = {"note": Note, "noted": Noted}[source]
    with pytest.raises(ProjectionError, match=f"'{name}' of '.+' is a generic relation") as error:
        dependencies(probe)
    assert (error.value.check, error.value.column) == ("cqrs_read.E001", "value")
    assert error.value.remedy
