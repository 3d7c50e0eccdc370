"""From the keys of a table in the change log to the source keys that they touch: at once, in pages, or of some."""

from typing import Any

import pytest
from django.db import connection

from cqrs_read.compute.query import Statement
from cqrs_read.fan_out.dependencies import dependencies
from cqrs_read.fan_out.expand import expansion, expansion_page, expansion_within
from cqrs_write.backends import load
from legacy_app.orders.models import Category, Order
from legacy_app.orders_cqrs.read_models import OrderSummary


@pytest.fixture
def dependency(shop: list[Order]) -> Any:
    return {dependency.table: dependency for dependency in dependencies(OrderSummary)}


def keys(*values: Any) -> Any:
    return load("cqrs_read", "keys", "default").adapted([str(value) for value in values])


def found(statement: Statement | None, limit: int = 100, **values: Any) -> list[int]:
    assert statement is not None
    sql, params = statement.bound(**values)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT {limit}", params)
        return [int(key) for (key,) in cursor.fetchall()]


def test_a_product_leads_to_the_orders_that_have_it(shop: list[Order], dependency: Any) -> None:
    touched = found(expansion(OrderSummary, dependency["orders_product"]), keys=keys("B"))
    assert sorted(touched) == [order.pk for order in shop[1:4]]


def test_a_category_is_reached_over_two_tables_more(shop: list[Order], dependency: Any) -> None:
    garden = Category.objects.get(slug="garden")
    touched = found(expansion(OrderSummary, dependency["orders_category"]), keys=keys(garden.pk))
    assert sorted(touched) == [order.pk for order in shop[1:4]]


def test_the_sources_and_their_childrens_keys_are_source_keys_already(dependency: Any) -> None:
    for table in ("orders_order", "orders_orderline", "orders_payment"):
        assert expansion(OrderSummary, dependency[table]) is None
        assert expansion_page(OrderSummary, dependency[table], True) is None
        assert expansion_within(OrderSummary, dependency[table]) is None


def test_pages_follow_one_another_in_the_order_of_the_source_keys(shop: list[Order], dependency: Any) -> None:
    product = dependency["orders_product"]
    first = found(expansion_page(OrderSummary, product, False), 2, keys=keys("A", "B", "C"))
    assert first == [shop[0].pk, shop[1].pk]
    following = expansion_page(OrderSummary, product, True)
    second = found(following, 2, keys=keys("A", "B", "C"), above=str(first[-1]))
    assert second == [shop[2].pk, shop[3].pk]
    assert found(following, 2, keys=keys("A", "B", "C"), above=str(second[-1])) == []


def test_only_some_source_keys_are_asked_for(shop: list[Order], dependency: Any) -> None:
    statement = expansion_within(OrderSummary, dependency["customers_customer"])
    customer, of_another = shop[0].customer_id, shop[1].pk
    assert found(statement, keys=keys(customer), within=keys(shop[0].pk, of_another)) == [shop[0].pk]
