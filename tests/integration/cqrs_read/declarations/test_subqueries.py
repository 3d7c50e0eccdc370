"""Subquery and Exists: tied to the source by an equality, and kept true whatever they look at."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import models
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from cqrs_read import Rows
from cqrs_read.exceptions import ProjectionError
from cqrs_read.fan_out.dependencies import Dependency, dependencies
from tests.integration.cqrs_read.declarations.graph.nodes import Customer, Line, Order, Product, Refund, Stock
from tests.integration.cqrs_read.declarations.graph.probe import declared, rows, values

FLAG = models.BooleanField()
TEXT = models.TextField(null=True)
MONEY = models.DecimalField(max_digits=12, decimal_places=2, null=True)

OWN_LINES = Line.objects.filter(order=OuterRef("pk"))


def by_order(orders: list[Any], *expected: Any) -> dict[Any, Any]:
    return dict(zip(orders, expected, strict=True))


def of_table(expression: Any, field: Any, table: str) -> list[Dependency]:
    return [item for item in dependencies(declared(value=(expression, field))) if item.table == table]


class TestValues:
    def test_exists(self, orders: list[Any]) -> None:
        assert values(Exists(OWN_LINES), FLAG) == by_order(orders, True, True, False, True)
        assert values(~Exists(OWN_LINES.filter(product__sku="q")), FLAG) == by_order(
            orders, False, True, True, False
        )

    def test_the_largest_child(self, orders: list[Any]) -> None:
        largest = Subquery(OWN_LINES.order_by("-quantity", "pk").values("product__name")[:1])
        assert values(largest, TEXT) == by_order(orders, "Product p", "Product r", None, "Product q")

    def test_an_aggregate_of_one_s_own(self, orders: list[Any]) -> None:
        total = (
            OWN_LINES.values("order").annotate(total=Sum(F("quantity") * F("product__price"))).values("total")
        )
        expected = (Decimal("26.00"), Decimal("0.49"), None, Decimal("80.00"))
        assert values(Subquery(total), MONEY) == by_order(orders, *expected)

    def test_within_functions_and_conditions(self, orders: list[Any]) -> None:
        first = Subquery(OWN_LINES.order_by("pk").values("quantity")[:1])
        assert values(Coalesce(first, F("rate"))) == by_order(orders, 2, 7, 3, 4)
        filtered = declared(fields={"filter": Exists(OWN_LINES.filter(quantity__gt=3))}, value=F("rate"))
        assert rows(filtered) == {orders[1]: 2, orders[3]: 1}

    def test_by_a_key_further_on(self, orders: list[Any]) -> None:
        seen = Exists(
            Order.objects.filter(customer=OuterRef("customer"), city="Bern").exclude(pk=OuterRef("pk"))
        )
        assert values(seen, FLAG) == by_order(orders, True, True, False, False)
        neighbours = Customer._base_manager.filter(region=OuterRef("customer__region"))
        level = Subquery(neighbours.values("profile__level")[:1])
        assert values(level)[orders[0]] == 7

    def test_by_the_values_that_a_queryset_yields(self, orders: list[Any]) -> None:
        vip = Q(customer__in=Customer.objects.filter(region__name="north"))
        assert rows(declared(fields={"filter": vip}, value=F("rate"))) == {orders[0]: 10, orders[1]: 2}

    def test_nested(self, orders: list[Any]) -> None:
        refunded = Refund.objects.filter(line=OuterRef("pk"), amount__gte=OuterRef(OuterRef("rate")))
        assert values(Exists(OWN_LINES.filter(Exists(refunded))), FLAG) == by_order(
            orders, False, False, False, True
        )

    def test_what_a_queryset_leaves_out_over_many_rows(self, orders: list[Any]) -> None:
        without = Order.objects.filter(customer=OuterRef("customer")).exclude(lines__refunds__amount=5)
        assert values(Exists(without), FLAG) == by_order(orders, True, True, True, True)

    def test_within_aggregates(self, orders: list[Any]) -> None:
        refunded = Exists(Refund.objects.filter(line=OuterRef("lines")))
        assert values(Count("lines", filter=Q(refunded))) == by_order(orders, 2, 0, 0, 1)
        in_stock = Stock.objects.filter(sku=OuterRef("lines__product__sku"), amount__gt=0)
        assert values(Count("lines", filter=Exists(in_stock))) == by_order(orders, 2, 0, 0, 0)

    def test_within_rows(self, orders: list[Any]) -> None:
        in_stock = Exists(Stock.objects.filter(sku=OuterRef("product__sku"), amount__gt=0))
        lines = Rows(
            "lines", fields={"sku": "product_id", "there": in_stock}, order_by=["product_id"], distinct=True
        )
        found = values(lines, models.JSONField())
        assert found[orders[0]] == [{"sku": "p", "there": True}, {"sku": "q", "there": False}]
        assert found[orders[2]] == []


class TestDependencies:
    def test_all_that_is_looked_at(self) -> None:
        largest = Subquery(OWN_LINES.order_by("-quantity", "product__price").values("weight")[:1])
        (line,) = of_table(largest, MONEY, "graph Line")
        assert (line.key, line.columns) == (("order_id",), {"order_id", "quantity", "weight", "ProductSku"})
        (product,) = of_table(largest, MONEY, "graph_product")
        assert (product.key, product.columns) == (("sku",), {"sku", "price"})

    def test_the_default_ordering_counts(self) -> None:
        assert Product._meta.ordering == []
        (line,) = of_table(Subquery(OWN_LINES.values("pk")[:1]), MONEY, "graph Line")
        assert line.columns == {"id", "order_id"}

    def test_what_the_outer_query_lends(self) -> None:
        own = Exists(Line.objects.filter(order=OuterRef("pk"), quantity__gt=OuterRef("rate")))
        (order,) = of_table(own, FLAG, "graph_Order")
        assert "rate" in order.columns

    def test_a_way_back_through_the_middle(self) -> None:
        """The inner query begins at the refunds, and is tied by the line that they are joined with."""
        refunds = Exists(Refund.objects.filter(line__order=OuterRef("pk")))
        (refund,) = of_table(refunds, FLAG, "graph_refund")
        assert [(hop.lhs, hop.table, hop.rhs) for hop in refund.path] == [
            ("id", "graph Line", "order_id"),
            ("id", "graph_refund", "line_id"),
        ]


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        (Exists(Line.objects.all()), "is not tied to the source"),
        (Exists(Line.objects.filter(Q(order=OuterRef("pk")) | Q(quantity=1))), "is not tied"),
        (Exists(Line.objects.exclude(order=OuterRef("pk"))), "is not tied"),
        (Exists(Line.objects.filter(quantity=OuterRef("city"))), "is not tied"),
        (Exists(OWN_LINES.extra(where=["1 = 1"])), "ExtraWhere cannot be kept true"),
        (
            Subquery(OWN_LINES.values("pk").union(OWN_LINES.values("pk"))),
            "a combined query within a subquery",
        ),
        (
            Exists(Line.objects.filter(product__sku=OuterRef("lines__product"))),
            "'lines__product' has many values",
        ),
        (Max(Subquery(OWN_LINES.values("pk")[:1])), "spans no relation"),
    ],
)
def test_what_cannot_be_followed_is_refused(expression: Any, problem: str) -> None:
    with pytest.raises(ProjectionError, match=r"graph\.Probe\.value") as error:
        dependencies(declared(value=(expression, models.BooleanField())))
    assert problem in str(error.value)
