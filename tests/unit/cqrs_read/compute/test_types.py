"""Whether a column's expression fits the field that holds it."""

from typing import Any

import pytest
from django.db import models
from django.db.models import Avg, Count, Exists, F, Max, OuterRef, Value
from django.db.models.functions import Coalesce, TruncDate, TruncDay
from django.test import override_settings
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
