"""Plain values in the place of expressions are a numbered mistake with its remedy, not a traceback."""

from typing import Any

import pytest
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.test.utils import isolate_apps

from cqrs_read import ReadModel, checks
from cqrs_read.exceptions import ProjectionError
from cqrs_read.fan_out.dependencies import dependencies
from legacy_app.orders.models import Order
from tests.unit.cqrs_read.test_checks import declared


@isolate_apps("legacy_app.orders_cqrs")
@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        ("user__first_name", "Wrap a path in F('user__first_name'), a text in Value('user__first_name')."),
        (5, "Wrap a value in Value(5)."),
        (None, "Wrap a value in Value(None)."),
        (["lines"], "Wrap a value in Value(['lines'])."),
        (Now, "Make one: Now(…)."),
    ],
)
def test_a_value_in_the_place_of_an_expression(
    given: Any, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe = declared(given)
    monkeypatch.setattr(checks, "read_models", lambda: [probe])
    (message,) = checks.check_columns(None)
    assert (message.id, message.obj, message.hint) == ("cqrs_read.E001", probe, remedy)
    assert "Column 'value'" in message.msg


@isolate_apps("legacy_app.orders_cqrs")
@pytest.mark.parametrize("given", [F("id"), Value(3), lambda: F("id")])
def test_expressions_are_let_pass(given: Any) -> None:
    assert dependencies(declared(given))


@isolate_apps("legacy_app.orders_cqrs")
@pytest.mark.parametrize(
    ("attributes", "problem"),
    [
        ({"columns": ["id"]}, "columns is a list. Map fields to expressions"),
        ({"filter": {"cancelled": False}}, "filter: is a mapping. Write it as Q(cancelled=…)"),
        ({"group_by": "city"}, "group_by is a text. List the fields: group_by = ['city']"),
    ],
)
def test_a_projection_of_the_wrong_shape(attributes: dict[str, Any], problem: str) -> None:
    class Probe(ReadModel):
        id = models.BigIntegerField(primary_key=True)
        Projection = type("Projection", (), {"source": Order, "filter": Q()} | attributes)

        class Meta:
            app_label = "orders_cqrs"

    with pytest.raises(ProjectionError) as error:
        dependencies(Probe)
    assert problem in str(error.value)
