"""A path that does not exist is refused with the names that may have been meant."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import models
from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.db.models.functions import Lower
from django.test.utils import isolate_apps

from cqrs_read import ReadModel, Rows
from cqrs_read.exceptions import ProjectionError
from cqrs_read.expressions.misspelt import misspelt
from cqrs_read.fan_out.dependencies import dependencies
from legacy_app.orders.models import Order, OrderLine
from tests.unit.cqrs_read.test_checks import declared


@isolate_apps("legacy_app.orders_cqrs")
@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        (
            F("custmer__name"),
            "'custmer__name': orders.Order has no 'custmer'. Did you mean customer or customer_id?",
        ),
        (F("customer__emial"), "customers.Customer has no 'emial'. Did you mean email?"),
        (Lower("customer__emial"), "customers.Customer has no 'emial'. Did you mean email?"),
        (Count("line"), "orders.Order has no 'line'. Did you mean lines?"),
        (Max("lines__quantety"), "orders.OrderLine has no 'quantety'. Did you mean quantity?"),
        (Count("lines", filter=Q(lines__quantety__gt=1)), "has no 'quantety'. Did you mean quantity?"),
        (Rows("payment", fields=["amount"]), "orders.Order has no 'payment'. Did you mean payments"),
        (Rows("lines", fields=["quantety"]), "orders.OrderLine has no 'quantety'. Did you mean quantity?"),
        (
            Exists(OrderLine.objects.filter(order=OuterRef("idd"))),
            "orders.Order has no 'idd'. Did you mean id?",
        ),
        (F("xyzzy"), "orders.Order has no 'xyzzy'. Correct the path: orders.Order has nothing alike."),
    ],
)
def test_a_misspelt_path_names_the_nearest(expression: Any, problem: str) -> None:
    with pytest.raises(ProjectionError) as error:
        dependencies(declared(expression))
    assert problem in str(error.value)
    assert error.value.check == "cqrs_read.E001"


@isolate_apps("legacy_app.orders_cqrs")
def test_a_misspelt_path_in_a_filter() -> None:
    class Probe(ReadModel):
        id = models.BigIntegerField(primary_key=True)

        class Projection:
            source = Order
            filter = Q(canceled=False)

        class Meta:
            app_label = "orders_cqrs"

    with pytest.raises(ProjectionError, match=r"Probe\.filter: .+ has no 'canceled'. Did you mean cancelled"):
        dependencies(Probe)


def test_an_accessor_is_told_from_the_name_that_queries_use() -> None:
    found = misspelt(LogEntry, "user__logentry_set")
    assert found is not None
    assert found.remedy == "Queries call that relation 'logentry', not by its accessor 'logentry_set'."


@pytest.mark.parametrize(
    "path",
    [
        "pk",
        "id",
        "customer",
        "customer_id",
        "customer__isnull",
        "placed_at__date",
        "lines__quantity__gt",
        "note__x",
    ],
)
def test_paths_transforms_and_lookups_are_let_pass(path: str) -> None:
    assert misspelt(Order, path) is None
