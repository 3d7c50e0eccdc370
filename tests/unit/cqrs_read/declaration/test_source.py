"""A source is a model, or the label of one, as a ForeignKey takes it."""

from typing import Any

import pytest
from django.db import models
from django.test.utils import isolate_apps

from cqrs_read import ReadModel
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.source import source_of
from cqrs_read.exceptions import ProjectionError, ReadModelIsReadOnly
from cqrs_read.fan_out.dependencies import dependencies
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary


def over(given: Any) -> type[ReadModel]:
    class Probe(ReadModel):
        id = models.BigIntegerField(primary_key=True)
        Projection = type("Projection", (), {"source": given})

        class Meta:
            app_label = "orders_cqrs"

    return Probe


@isolate_apps("legacy_app.orders_cqrs")
def test_a_label_is_looked_up() -> None:
    probe = over("orders.Order")
    assert projection_of(probe).source is Order
    assert dependencies(probe)[0].table == "orders_order"
    with pytest.raises(ReadModelIsReadOnly, match=r"follow from orders\.Order"):
        probe.objects.create(id=1)


def test_a_label_without_an_app_is_of_the_read_models_own() -> None:
    with isolate_apps("legacy_app.orders_cqrs"):
        probe = over("OrderSummary")
    assert source_of(probe) is OrderSummary


@isolate_apps("legacy_app.orders_cqrs")
@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (
            "order.Order",
            "its source 'order.Order' is no model of an installed app. Did you mean orders.Order",
        ),
        ("zzz.Zzz", "is no model of an installed app. Set source = <a model>"),
        ("a.b.c", "is no model of an installed app. Set source = <a model>"),
        (5, "has no Projection with a source"),
    ],
)
def test_what_is_no_model(given: Any, problem: str) -> None:
    with pytest.raises(ProjectionError) as error:
        projection_of(over(given))
    assert problem in str(error.value)


@isolate_apps("legacy_app.orders_cqrs")
def test_an_abstract_model_has_no_rows_to_follow() -> None:
    class Base(models.Model):
        class Meta:
            abstract = True
            app_label = "orders_cqrs"

    with pytest.raises(ProjectionError, match=r"orders_cqrs\.Base is abstract: it has no table\.") as error:
        projection_of(over(Base))
    assert error.value.check == "cqrs_read.E004"
