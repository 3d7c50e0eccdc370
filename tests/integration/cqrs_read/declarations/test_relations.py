"""Columns over every kind of relation, compared with what plain Python counts."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import models
from django.db.models import Avg, Case, Count, F, Max, Min, Q, Sum, Value, When
from django.db.models.functions import Coalesce, Lower

from cqrs_read import Rows
from cqrs_read.compute.query import computed
from cqrs_read.declaration.selection import Selection
from cqrs_read.exceptions import ProjectionError
from cqrs_read.fan_out.dependencies import dependencies
from tests.integration.cqrs_read.declarations.graph.nodes import BigOrder, Customer, ProxyOrder, Tag
from tests.integration.cqrs_read.declarations.graph.probe import declared, rows, values

MONEY = models.DecimalField(max_digits=12, decimal_places=2, null=True)
TEXT = models.TextField(null=True)
DOCUMENT = models.JSONField()


def by_order(orders: list[Any], *expected: Any) -> dict[Any, Any]:
    return dict(zip(orders, expected, strict=True))


class TestOneValue:
    def test_forward_over_several_hops_whatever_managers_hide(self, orders: list[Any]) -> None:
        found = values(F("customer__region__name"), TEXT)
        assert found == by_order(orders, "north", "north", "hidden south", None)

    def test_a_foreign_key_to_another_column(self, orders: list[Any]) -> None:
        assert values(F("referrer__name"), TEXT) == by_order(orders, "bo", None, None, None)
        assert values(F("referrer"), TEXT) == by_order(orders, "B", None, None, None)

    def test_one_to_one_backwards(self, orders: list[Any]) -> None:
        assert values(F("customer__profile__level")) == by_order(orders, 7, 7, None, 3)

    def test_the_model_itself(self, orders: list[Any]) -> None:
        assert values(F("follows__city"), TEXT) == by_order(orders, None, None, None, "Bern")

    def test_from_a_parent_class_to_its_child(self, orders: list[Any]) -> None:
        assert values(F("bigorder__discount")) == by_order(orders, None, 5, None, None)

    def test_a_required_parent_that_is_missing_leaves_the_row(self, orders: list[Any]) -> None:
        assert values(F("warehouse__name"), TEXT) == by_order(orders, "main", "main", None, "main")

    def test_the_same_in_a_filter(self, orders: list[Any]) -> None:
        missing = declared(fields={"filter": Q(warehouse__name__isnull=True)}, value=F("rate"))
        assert rows(missing) == {orders[2]: 3}

    def test_part_of_a_text(self, orders: list[Any]) -> None:
        assert values(F("city")[:2], TEXT) == by_order(orders, "Be", "Be", "Be", "Os")


class TestSeveralValues:
    def test_each_relation_is_aggregated_on_its_own(self, orders: list[Any]) -> None:
        counts = declared(
            lines=Count("lines"),
            quantity=Sum("lines__quantity", default=0),
            tags=Count("tags"),
            samples=Count("samples"),
        )
        assert rows(counts) == by_order(
            orders,
            {"lines": 3, "quantity": 5, "tags": 2, "samples": 0},
            {"lines": 1, "quantity": 7, "tags": 0, "samples": 0},
            {"lines": 0, "quantity": 0, "tags": 0, "samples": 0},
            {"lines": 1, "quantity": 4, "tags": 2, "samples": 0},
        )

    def test_many_to_many_both_ways(self, orders: list[Any]) -> None:
        assert values(Min("tags__name"), TEXT) == by_order(orders, "blue", None, None, "blue")
        tags = values(Sum("order__rate"), source=Tag)
        assert list(tags.values()) == [10, 11, 1]

    def test_an_explicit_through_model(self, orders: list[Any]) -> None:
        assert values(Max("products__price"), MONEY) == by_order(
            orders, Decimal("20.00"), Decimal("0.07"), None, Decimal("20.00")
        )
        assert values(Count("products", distinct=True)) == by_order(orders, 2, 1, 0, 1)

    def test_many_to_many_with_the_model_itself(self, orders: list[Any]) -> None:
        assert values(Sum("related__rate", default=0)) == by_order(orders, 3, 10, 0, 10)
        assert values(Count("blocks")) == by_order(orders, 2, 0, 0, 0)
        assert values(Sum("blocked_by__rate")) == by_order(orders, None, None, 10, 10)

    def test_several_hops_down(self, orders: list[Any]) -> None:
        assert values(Sum("lines__refunds__amount"), MONEY) == by_order(
            orders, Decimal("8.30"), None, None, Decimal("4.00")
        )
        assert values(Count("lines__refunds")) == by_order(orders, 3, 0, 0, 1)

    def test_a_path_that_is_the_beginning_of_the_other(self, orders: list[Any]) -> None:
        total = Sum(F("lines__quantity") * F("lines__refunds__amount"))
        assert values(total, MONEY) == by_order(orders, Decimal("11.60"), None, None, Decimal("16.00"))

    def test_up_and_down_again(self, orders: list[Any]) -> None:
        assert values(Count("customer__orders")) == by_order(orders, 2, 2, 1, 1)
        assert values(Sum("customer__orders__lines__quantity")) == by_order(orders, 12, 12, None, 4)

    def test_backwards_over_a_key_that_is_not_the_primary_one(self, orders: list[Any]) -> None:
        found = values(Count("referred"), source=Customer)
        assert list(found.values()) == [0, 1, 0]

    def test_self_relations_backwards(self, orders: list[Any]) -> None:
        assert values(Sum("followers__rate")) == by_order(orders, 1, None, None, None)

    def test_filters_over_the_child_and_over_the_source(self, orders: list[Any]) -> None:
        assert values(Count("lines", filter=Q(lines__weight__gt=1))) == by_order(orders, 2, 0, 0, 0)
        assert values(Count("lines", filter=~Q(lines__weight__gt=1))) == by_order(orders, 1, 1, 0, 1)
        assert values(Count("lines", filter=Q(rate__gt=5))) == by_order(orders, 3, 0, 0, 0)
        assert values(Sum("lines__quantity", filter=Q(customer__vip=True))) == by_order(
            orders, 5, 7, None, None
        )

    def test_arithmetic_of_child_and_source(self, orders: list[Any]) -> None:
        assert values(Sum(F("lines__quantity") * F("rate"))) == by_order(orders, 50, 14, None, 4)

    def test_what_django_says_of_no_rows(self, orders: list[Any]) -> None:
        """A LEFT JOIN has one row of NULLs there, which an aggregate that does not ignore NULL sees."""
        assert values(Sum(Coalesce("lines__weight", 1))) == by_order(orders, 11, 1, 1, 1)
        assert values(Sum(Case(When(lines__weight=5, then=1), default=0))) == by_order(orders, 2, 0, 0, 0)
        assert values(Count(Value(1), filter=Q(lines__weight__isnull=True))) == by_order(orders, 1, 0, 1, 1)
        assert values(Sum("lines__weight", default=F("rate"))) == by_order(orders, 10, 1, 3, 1)
        name = Max(Lower("lines__product__name"))
        assert values(name, TEXT) == by_order(orders, "product q", "product r", None, "product q")
        assert values(Avg("lines__weight", default=0.5), models.FloatField()) == by_order(
            orders, 5, 1, 0.5, 0.5
        )

    def test_aggregates_within_expressions(self, orders: list[Any]) -> None:
        both = Coalesce(Sum("lines__quantity") + Count("tags"), F("rate"))
        assert values(both) == by_order(orders, 7, 7, 3, 6)


class TestInheritance:
    def test_a_child_class_as_the_source(self, orders: list[Any]) -> None:
        big = declared(
            BigOrder,
            city=(F("city"), TEXT),
            level=F("customer__profile__level"),
            discount=F("discount"),
            lines=Count("lines"),
            reminders=Count("reminders"),
            tags=Count("tags"),
            bulk=Count("bulk_tags"),
            related=Sum("related__rate"),
        )
        assert rows(big) == {
            orders[1]: {
                "city": "Bern",
                "level": 7,
                "discount": 5,
                "lines": 1,
                "reminders": 2,
                "tags": 0,
                "bulk": 3,
                "related": 10,
            }
        }

    def test_a_child_class_along_the_way(self, orders: list[Any]) -> None:
        assert values(Count("bigorder__reminders")) == by_order(orders, 0, 2, 0, 0)
        assert list(values(Sum("bulk_orders__rate"), source=Tag).values()) == [2, 2, 2]

    def test_a_proxy_as_the_source(self, orders: list[Any]) -> None:
        assert values(Count("lines"), source=ProxyOrder) == by_order(orders, 3, 1, 0, 1)
        assert values(Count("tags"), source=ProxyOrder) == by_order(orders, 2, 0, 0, 2)


class TestWhereItIsComputed:
    def sql(self, expression: Any, field: Any = None) -> str:
        return computed(declared(value=(expression, field or MONEY)), Selection.KEYS).sql

    @pytest.mark.parametrize(
        "expression",
        [
            Count("lines"),
            Count("tags"),
            Count("products__name", distinct=True),
            Sum(F("lines__quantity") * F("lines__product__price")),
            Sum("lines__refunds__amount"),
            Count("lines", filter=Q(lines__weight__gt=1)),
        ],
    )
    def test_at_the_child_where_nothing_needs_the_source(self, expression: Any, db: None) -> None:
        assert self.sql(expression).count('FROM "graph_Order"') == self.sql(Value(1)).count(
            'FROM "graph_Order"'
        )

    @pytest.mark.parametrize(
        "expression",
        [Sum(Coalesce("lines__quantity", 1)), Sum(F("rate") * F("lines__weight")), Count("customer__orders")],
    )
    def test_at_the_source_where_it_matters(self, expression: Any, db: None) -> None:
        assert self.sql(expression).count('FROM "graph_Order"') > self.sql(Value(1)).count(
            'FROM "graph_Order"'
        )


class TestDependencies:
    def paths(
        self, expression: Any, field: Any = None
    ) -> dict[tuple[str, ...], tuple[tuple[str, ...], set[str]]]:
        found = dependencies(declared(value=(expression, field or MONEY)))
        return {
            tuple(hop.table for hop in item.path): (item.key, set(item.columns))
            for item in found
            if item.path
        }

    def test_the_through_table_hangs_on_the_source(self) -> None:
        assert self.paths(Min("tags__name"), TEXT) == {
            ("graph_Order_tags",): (("order_id",), {"order_id", "tag_id"}),
            ("graph_Order_tags", "graph_tag"): (("id",), {"id", "name"}),
        }

    def test_a_count_needs_the_through_table_only(self) -> None:
        assert self.paths(Count("tags")) == {("graph_Order_tags",): (("order_id",), {"order_id", "tag_id"})}

    def test_up_and_down_again(self) -> None:
        assert self.paths(Count("customer__orders")) == {
            ("graph_customer",): (("id",), {"id"}),
            ("graph_customer", "graph_Order"): (("customer_id",), {"customer_id", "id"}),
        }


def test_relations_that_would_multiply_each_other_are_refused() -> None:
    with pytest.raises(ProjectionError, match="spans lines, tags"):
        dependencies(declared(value=Sum(F("lines__quantity") * F("tags__id"))))


class TestRows:
    def test_many_to_many(self, orders: list[Any]) -> None:
        tags = Rows("tags", fields=["name"], order_by=["name"])
        assert values(tags, DOCUMENT) == by_order(
            orders, [{"name": "blue"}, {"name": "red"}], [], [], [{"name": "blue"}, {"name": "green"}]
        )

    def test_several_hops(self, orders: list[Any]) -> None:
        refunds = Rows(
            "lines__refunds", fields={"amount": "amount", "of": "line__product__sku"}, order_by=["-amount"]
        )
        assert values(refunds, DOCUMENT) == by_order(
            orders,
            [{"amount": "5.00", "of": "q"}, {"amount": "2.20", "of": "p"}, {"amount": "1.10", "of": "p"}],
            [],
            [],
            [{"amount": "4.00", "of": "q"}],
        )

    def test_behind_a_foreign_key(self, orders: list[Any]) -> None:
        others = Rows("customer__orders", fields={"rate": "rate"}, order_by=["rate"])
        both = [{"rate": 2}, {"rate": 10}]
        assert values(others, DOCUMENT) == by_order(orders, both, both, [{"rate": 3}], [{"rate": 1}])

    def test_with_expressions(self, orders: list[Any]) -> None:
        lines = Rows(
            "lines", fields={"total": F("quantity") * F("product__price")}, order_by=["-quantity", "pk"]
        )
        assert [len(found) for found in values(lines, DOCUMENT).values()] == [3, 1, 0, 1]
        assert values(lines, DOCUMENT)[orders[0]][-1] == {"total": "20.00" if is_exact() else "20"}

    def test_equal_objects_once(self, orders: list[Any]) -> None:
        fields = {"sku": "product_id", "quantity": "quantity"}
        skus = Rows("lines", fields=fields, order_by=["-quantity"], distinct=True)
        assert values(skus, DOCUMENT) == by_order(
            orders,
            [{"sku": "p", "quantity": 2}, {"sku": "q", "quantity": 1}],
            [{"sku": "r", "quantity": 7}],
            [],
            [{"sku": "q", "quantity": 4}],
        )

    def test_missing_values_come_last(self, orders: list[Any]) -> None:
        weights = Rows("lines", fields=["weight"], order_by=["weight"], distinct=True)
        assert values(weights, DOCUMENT)[orders[0]] == [{"weight": 5}, {"weight": None}]
        weights = Rows("lines", fields=["weight"], order_by=["-weight", "pk"])
        assert values(weights, DOCUMENT)[orders[0]] == [{"weight": None}, {"weight": 5}, {"weight": 5}]


def is_exact() -> bool:
    """Whether the database has decimals."""
    from django.db import connection

    return connection.vendor == "postgresql"
