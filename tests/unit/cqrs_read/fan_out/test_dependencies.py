"""The dependencies of a declaration, read off its own queries."""

from cqrs_read.fan_out.dependencies import Hop, dependencies, streams
from legacy_app.orders_cqrs.read_models import OrderSummary

LINES = Hop(lhs="id", table="orders_orderline", rhs="order_id")
PRODUCT = Hop(lhs="sku", table="orders_product", rhs="sku")
CATEGORY = Hop(lhs="category_id", table="orders_category", rhs="id")

BY_TABLE = {dependency.table: dependency for dependency in dependencies(OrderSummary)}


def test_every_table_on_every_path_is_one() -> None:
    assert set(BY_TABLE) == {
        "orders_order",
        "customers_customer",
        "orders_orderline",
        "orders_payment",
        "orders_product",
        "orders_category",
    }


def test_the_source_comes_first_and_is_logged_by_its_key() -> None:
    source, *_ = dependencies(OrderSummary)
    assert (source.table, source.key, source.path) == ("orders_order", ("id",), ())


def test_columns_used_for_joins_and_filters_count_too() -> None:
    assert BY_TABLE["orders_order"].columns == {
        "id",
        "number",
        "status",
        "placed_at",
        "note",
        "customer_id",
        "cancelled",
    }
    assert BY_TABLE["orders_payment"].columns == {
        "id",
        "amount",
        "method",
        "status",
        "created_at",
        "order_id",
    }


def test_a_child_is_logged_by_its_foreign_key() -> None:
    lines = BY_TABLE["orders_orderline"]
    assert (lines.key, lines.path) == (("order_id",), (LINES,))
    assert lines.columns >= {"order_id", "id", "sku", "quantity", "unit_price", "discount"}


def test_a_parent_is_logged_by_the_column_that_is_referred_to() -> None:
    assert BY_TABLE["orders_product"].key == ("sku",)
    assert BY_TABLE["orders_product"].path == (LINES, PRODUCT)
    assert BY_TABLE["orders_category"].path == (LINES, PRODUCT, CATEGORY)


def test_columns_that_nothing_uses_are_not_watched() -> None:
    assert "stock" not in BY_TABLE["orders_product"].columns
    assert "phone" not in BY_TABLE["customers_customer"].columns


def test_streams_are_named_by_table_and_key() -> None:
    assert "orders_orderline.order_id" in streams(OrderSummary)
    assert len(streams(OrderSummary)) == 6
