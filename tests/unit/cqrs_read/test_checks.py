"""What the system checks say of a declaration, by number."""

from typing import Any

import pytest
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Avg, Case, Count, Exists, F, Max, OuterRef, Q, Sum, Value, When
from django.db.models.expressions import RawSQL, Window
from django.db.models.functions import Coalesce, Now, Random, RowNumber, TruncDate, TruncDay
from django.test import override_settings
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


def check_of(name: str) -> Any:
    return getattr(checks, f"check_{name}")


@isolate_apps("legacy_app.orders_cqrs")
@pytest.mark.parametrize(
    ("name", "number", "expression", "problem"),
    [
        ("columns", "E001", F("lines"), "Column 'value': 'lines' has many values."),
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
    ("expression", "problem"),
    [
        (F("placed_at__date"), "computed as date"),
        (Avg("lines__quantity"), "computed as float"),
        (Exists(OrderLine.objects.filter(order=OuterRef("pk"))), "computed as boolean"),
        (Rows("lines", fields=["quantity"]), "computed as JSON"),
        (Coalesce("note", "id"), "mixed types"),
    ],
)
def test_e002_a_type_that_does_not_fit(expression: Any, problem: str) -> None:
    with pytest.raises(ProjectionError, match=problem) as error:
        dependencies(declared(expression))
    assert error.value.check == "cqrs_read.E002"


@isolate_apps("legacy_app.orders_cqrs")
@pytest.mark.parametrize(
    "expression",
    [F("customer_id"), F("customer"), Count("lines"), Value(None), Value(3), Max("lines__quantity")],
)
def test_types_that_fit_are_let_pass(expression: Any) -> None:
    assert dependencies(declared(expression))


@isolate_apps("legacy_app.orders_cqrs")
def test_expressions_around_aggregates_are_accepted() -> None:
    probe = declared(Coalesce(Sum("lines__quantity") * 2 + Count("payments"), 0))
    assert {item.table for item in dependencies(probe)} == {
        "orders_order",
        "orders_orderline",
        "orders_payment",
    }


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
    with pytest.raises(ProjectionError, match=f"'{name}' of '.+' is a generic relation"):
        dependencies(probe)


@isolate_apps("legacy_app.orders_cqrs")
@pytest.mark.parametrize(
    "expression",
    [
        TruncDay("placed_at"),
        Max(TruncDay("payments__created_at")),
        Rows("payments", fields={"day": TruncDay("created_at")}),
    ],
)
def test_a_local_time_is_refused_as_a_moment(expression: Any) -> None:
    with (
        override_settings(TIME_ZONE="Europe/Zurich"),
        pytest.raises(ProjectionError, match="TruncDay gives a moment of Europe/Zurich without") as error,
    ):
        dependencies(declared(expression))
    assert error.value.check == "cqrs_read.E002"


@isolate_apps("legacy_app.orders_cqrs")
def test_a_date_in_local_time_is_no_moment() -> None:
    class Probe(ReadModel):
        id = models.BigIntegerField(primary_key=True)
        day = models.DateField()

        class Projection:
            source = Order
            columns = {"day": TruncDate("placed_at")}

        class Meta:
            app_label = "orders_cqrs"

    with override_settings(TIME_ZONE="Europe/Zurich"):
        assert dependencies(Probe)
