"""cqrs_explain: everything that follows from a declaration, as things stand in the database."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cqrs_read.explain import ExplainedDependency, explain
from cqrs_write.capture.install import remove
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary

pytestmark = pytest.mark.django_db
NAME = "orders_cqrs.OrderSummary"


def explained(table: str) -> ExplainedDependency:
    (found,) = (item for item in explain(OrderSummary).dependencies if item.table == table)
    return found


def printed(*args: str) -> str:
    shown = StringIO()
    call_command("cqrs_explain", NAME, *args, stdout=shown)
    return shown.getvalue()


def test_the_source_is_logged_by_its_own_key() -> None:
    source = explained("orders_order")
    assert (source.key, source.stream, source.expansion) == (("id",), "orders_order.id", "")
    assert source.fan_out == "orders_order, the source itself"
    assert "cancelled" in source.columns


def test_a_child_is_logged_by_the_sources_key() -> None:
    lines = explained("orders_orderline")
    assert (lines.stream, lines.expansion) == ("orders_orderline.order_id", "")
    assert lines.fan_out == "orders_orderline → orders_order (id = orders_orderline.order_id)"


def test_a_fan_out_over_several_hops_tells_its_way_and_its_sql(shop: list[Order]) -> None:
    category = explained("orders_category")
    assert category.fan_out == (
        "orders_category → orders_product (category_id = orders_category.id) → "
        "orders_orderline (sku = orders_product.sku) → orders_order (id = orders_orderline.order_id)"
    )
    assert "JOIN" in category.expansion
    assert ":keys" in category.expansion


def test_the_sql_computes_the_rows(filled: list[Order]) -> None:
    sql = explain(OrderSummary).sql
    assert sql.count(":keys") == 3
    assert "'captured'" in sql
    keys = [str(order.pk) for order in filled]
    literal = f"ARRAY{keys}" if connection.vendor == "postgresql" else f"'{json.dumps(keys)}'"
    with connection.cursor() as cursor:
        cursor.execute(sql.replace(":keys", literal))
        computed = {row[0]: row[1] for row in cursor.fetchall()}
    assert computed == dict(OrderSummary.objects.values_list("id", "number"))


def test_triggers_as_they_are() -> None:
    assert {item.state for item in explain(OrderSummary).triggers} == {"installed"}
    remove("default")
    assert {item.state for item in explain(OrderSummary).triggers} == {"missing"}


def test_a_table_that_is_not_there() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_payment RENAME TO parked")
    states = {item.table: item.state for item in explain(OrderSummary).triggers}
    assert states["orders_payment"] == "no table"
    assert "orders_payment: no table" in printed()


def test_the_command_says_it_all() -> None:
    shown = printed()
    for part in (
        "orders_cqrs.OrderSummary, from orders.Order in the database 'default'",
        "change log: orders_product.sku",
        "customers_customer → orders_order (customer_id = customers_customer.id)",
        "orders_payment: installed",
        'WITH "cqrs_0_lines" AS',
        "Indexes that are missing\n  none",
    ):
        assert part in shown


def test_json_for_machines() -> None:
    document: dict[str, Any] = json.loads(printed("--json"))
    assert document["read_model"] == NAME
    assert document["dependencies"][0]["table"] == "orders_order"
    assert document["missing_indexes"] == []


def test_a_missing_index_comes_with_its_statement() -> None:
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, "orders_payment")
        name = next(
            name for name, found in constraints.items() if found["columns"] == ["order_id"] and found["index"]
        )
        cursor.execute(f'DROP INDEX "{name}"')
    shown = printed()
    assert "orders_payment has no index on order_id." in shown
    assert json.loads(printed("--json"))["missing_indexes"][0]["statement"] in shown


def test_an_unknown_read_model_is_one_line() -> None:
    with pytest.raises(CommandError, match=r"Unknown read model 'X'\. There are: ") as error:
        call_command("cqrs_explain", "X")
    assert error.value.returncode == 2
