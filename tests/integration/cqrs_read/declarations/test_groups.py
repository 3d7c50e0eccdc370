"""group_by: one row for each value of the source's own columns."""

from datetime import date
from typing import Any

import pytest
from django.db import connection, models
from django.db.models import Count, F, Max, Q, Sum
from django.db.models.functions import Coalesce, Upper

from cqrs_read import Rows
from cqrs_read.compute.chunk import keys_in, next_range
from cqrs_read.exceptions import ProjectionError
from cqrs_read.fan_out.dependencies import dependencies
from tests.integration.cqrs_read.declarations.graph.nodes import BigOrder
from tests.integration.cqrs_read.declarations.graph.probe import declared, rows

JAN, FEB = date(2026, 1, 31), date(2026, 2, 1)


def grouped(group_by: tuple[str, ...] = ("city", "day"), **columns: Any) -> Any:
    fields: dict[str, Any] = {
        "pk": models.CompositePrimaryKey("city", "day"),
        "city": models.CharField(max_length=20),
        "day": models.DateField(),
    }
    return declared(fields={**fields, "group_by": group_by}, **columns)


def test_one_row_for_each_value(orders: list[Any]) -> None:
    sales = grouped(orders=Count("*"), rate=Sum("rate"), vips=Count("pk", filter=Q(customer__vip=True)))
    assert rows(sales) == {
        ("Bern", JAN): {"orders": 2, "rate": 12, "vips": 2},
        ("Bern", FEB): {"orders": 1, "rate": 3, "vips": 0},
        ("Oslo", JAN): {"orders": 1, "rate": 1, "vips": 0},
    }


def test_one_column_as_the_key(orders: list[Any]) -> None:
    by_city = declared(
        fields={"id": None, "city": models.CharField(max_length=20, primary_key=True), "group_by": ["city"]},
        largest=Max("rate"),
        name=(Max("customer__name"), models.TextField()),
    )
    assert rows(by_city) == {
        "Bern": {"largest": 10, "name": "bo"},
        "Oslo": {"largest": 1, "name": "hidden ghost"},
    }


def test_a_key_that_the_database_knows_nothing_of(orders: list[Any]) -> None:
    """As that of a legacy table without a primary key: nothing follows from its column."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute('ALTER TABLE "graph_Order" DROP CONSTRAINT "graph_Order_pkey" CASCADE')
    fields = {
        "pk": models.CompositePrimaryKey("id", "city"),
        "id": models.BigIntegerField(),
        "city": models.CharField(max_length=20),
    }
    by_order = declared(fields={**fields, "group_by": ["id", "city"]}, rate=Sum("rate"))
    assert [key for key, _ in rows(by_order)] == orders


def test_a_foreign_key_as_the_key(orders: list[Any]) -> None:
    by_customer = declared(
        fields={
            "customer_id": models.BigIntegerField(primary_key=True),
            "group_by": ["customer_id"],
            "id": None,
        },
        orders=Count("*"),
    )
    assert sorted(rows(by_customer).values()) == [1, 1, 2]
    (customer,) = dependencies(by_customer)
    assert (customer.table, customer.key) == ("graph_Order", ("customer_id",))


def test_a_filter_and_expressions(orders: list[Any]) -> None:
    double = grouped(value=Coalesce(Sum("rate"), 0) * 2)
    assert set(rows(double).values()) == {24, 6, 2}
    filtered = declared(
        fields={
            "id": None,
            "city": models.CharField(max_length=20, primary_key=True),
            "group_by": ["city"],
            "filter": Q(customer__vip=True),
        },
        shouted=(Upper("city"), models.TextField()),
    )
    assert rows(filtered) == {"Bern": "BERN"}


def test_keys_are_walked_once_each(orders: list[Any]) -> None:
    sales = grouped(orders=Count("*"))
    first = next_range(sales, None, 2)
    rest = next_range(sales, first.up_to, 2)
    assert (first.keys, rest.keys, rest.is_last) == (2, 1, True)
    walked = [*keys_in(sales, first), *keys_in(sales, rest)]
    assert len(set(walked)) == len(walked) == 3


def test_the_source_is_logged_by_the_group() -> None:
    source, customer = dependencies(grouped(vips=Count("pk", filter=Q(customer__vip=True))))
    assert (source.key, source.path) == (("city", "day"), ())
    assert source.columns == {"city", "day", "id", "customer_id"}
    assert (customer.table, customer.key) == ("graph_customer", ("id",))


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"value": F("rate")}, "'rate' differs within a group"),
        ({"value": Sum("rate") + F("rate")}, "'rate' differs within a group"),
        ({"value": Count("lines")}, "'lines' has many values"),
        ({"value": (Rows("lines", fields=["quantity"]), models.JSONField())}, "Rows has no place"),
    ],
)
def test_what_is_no_aggregate_of_the_group_is_refused(columns: dict[str, Any], problem: str) -> None:
    with pytest.raises(ProjectionError, match=problem) as error:
        dependencies(grouped(**columns))
    assert error.value.check == "cqrs_read.E006"


@pytest.mark.parametrize(
    ("group_by", "problem", "check"),
    [
        (("city", "nickname"), "'nickname' of graph.Order may be NULL", "E006"),
        (("city", "customer__name"), "no column of graph.Order's own table", "E006"),
        (("city",), "primary key is not what it is grouped by", "E006"),
        (("city", "day", "city"), "is named twice", "E003"),
    ],
)
def test_what_makes_no_groups_is_refused(group_by: tuple[str, ...], problem: str, check: str) -> None:
    with pytest.raises(ProjectionError, match=problem) as error:
        dependencies(grouped(group_by, orders=Count("*")))
    assert error.value.check == f"cqrs_read.{check}"


def test_a_parent_class_s_columns_are_not_the_source_s_own() -> None:
    read_model = declared(
        BigOrder,
        {"id": None, "city": models.CharField(max_length=20, primary_key=True), "group_by": ["city"]},
        orders=Count("*"),
    )
    with pytest.raises(ProjectionError, match="which is no column of"):
        dependencies(read_model)
