"""Primary keys: the read model's is the source's, of whatever type and in however many columns."""

from typing import Any

import pytest
from django.db import connection, models
from django.db.models import Count, F, Sum

from cqrs_read import Rows
from cqrs_read.declaration.projection import projection_of
from cqrs_read.exceptions import ProjectionError
from cqrs_read.fan_out.dependencies import dependencies
from cqrs_read.fan_out.order import in_dependency_order
from tests.integration.cqrs_read.declarations.graph.nodes import (
    BigOrder,
    Line,
    Profile,
    Refund,
    Stock,
    Warehouse,
)
from tests.integration.cqrs_read.declarations.graph.probe import declared, rows

STOCK = {
    "pk": models.CompositePrimaryKey("sku", "warehouse_id"),
    "sku": models.CharField(max_length=20),
    "warehouse_id": models.BigIntegerField(),
}


def test_several_columns_in_any_order(orders: list[Any]) -> None:
    stock = declared(
        Stock, STOCK, amount=F("amount"), place=(F("warehouse__name"), models.TextField(null=True))
    )
    main = Warehouse._base_manager.get().pk
    assert rows(stock) == {
        ("p", main): {"amount": 10, "place": "main"},
        ("q", main): {"amount": 0, "place": "main"},
    }
    assert projection_of(stock).source_key.columns == ("sku", "warehouse_id")
    source, warehouse = dependencies(stock)
    assert (source.key, warehouse.key) == (("sku", "warehouse_id"), ("id",))


def test_aggregates_of_a_source_with_several_key_columns(orders: list[Any]) -> None:
    stock = declared(Stock, STOCK, value=Sum("warehouse__order__rate"))
    assert set(rows(stock).values()) == {13}


def test_children_with_several_key_columns(orders: list[Any]) -> None:
    stocks = Rows("stocks", fields=["sku"])
    found = rows(declared(Warehouse, value=(stocks, models.JSONField()), count=Count("stocks")))
    assert list(found.values()) == [{"value": [{"sku": "p"}, {"sku": "q"}], "count": 2}]
    found = rows(
        declared(value=(Rows("warehouse__stocks", fields=["sku"], order_by=["-pk"]), models.JSONField()))
    )
    assert found[orders[0]] == [{"sku": "q"}, {"sku": "p"}]
    assert found[orders[2]] == []


def test_a_uuid(orders: list[Any]) -> None:
    refunds = declared(Refund, {"id": models.UUIDField(primary_key=True)}, value=F("line__quantity"))
    assert sorted(rows(refunds).values()) == [1, 2, 2, 4]


def test_a_key_that_is_a_foreign_key(orders: list[Any]) -> None:
    profiles = declared(
        Profile,
        {"customer_id": models.BigIntegerField(primary_key=True), "id": None},
        value=Count("customer__orders"),
    )
    assert sorted(rows(profiles).values()) == [1, 2]


def test_under_another_name(orders: list[Any]) -> None:
    named = declared(
        BigOrder,
        {"number": models.BigIntegerField(primary_key=True), "id": None, "columns": {"number": F("pk")}},
        value=F("rate"),
    )
    assert rows(named) == {orders[1]: 2}


@pytest.mark.parametrize(
    ("source", "fields", "problem"),
    [
        (
            Stock,
            {"id": None, "sku": models.CharField(max_length=20, primary_key=True)},
            "is not that of graph.Stock",
        ),
        (Refund, {}, "is keyed by UUID"),
        (
            Line,
            {"id": None, "quantity": models.IntegerField(primary_key=True)},
            "is not that of graph.Line: id",
        ),
    ],
)
def test_another_key_is_refused(source: Any, fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(ProjectionError, match=problem) as error:
        dependencies(declared(source, fields))
    assert error.value.check == "cqrs_read.E004"


class TestReadModelsOverReadModels:
    def test_they_come_in_the_order_in_which_they_follow(self) -> None:
        summary = declared(BigOrder, {"name": "Summary"}, rate=F("rate"))
        total = declared(summary, {"name": "Total"}, value=F("rate"))
        over_both = declared(total, {"name": "OverBoth"}, value=F("value"))
        assert in_dependency_order([over_both, summary, total]) == [summary, total, over_both]

    def test_a_circle_is_refused(self) -> None:
        first = declared(BigOrder, {"name": "First"}, rate=F("rate"))
        second = declared(first, {"name": "Second"}, rate=F("rate"))
        first.Projection.source = second
        with pytest.raises(
            ProjectionError, match=r"follows from itself: graph\.\w+ → graph\.\w+ → graph\.\w+"
        ):
            in_dependency_order([first, second])

    def test_rows_are_read_from_its_table(self, orders: list[Any]) -> None:
        summary = declared(BigOrder, {"name": "Summary"}, rate=F("rate"))
        total = declared(summary, {"name": "Total"}, value=F("rate"))
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE TABLE "{summary._meta.db_table}" (id bigint PRIMARY KEY, rate integer)')
            cursor.execute(f'INSERT INTO "{summary._meta.db_table}" VALUES (1, 5)')
        assert rows(total) == {1: 5}
