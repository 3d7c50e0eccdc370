"""Freshness of read models that are on another database than their sources, or read from a replica."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from cqrs_read.backfill import backfill
from cqrs_read.models import ReadModelState
from cqrs_read.refresh import refresh
from cqrs_read.standing.freshness import Demand, look, reason_not_fresh
from cqrs_write.freshness import mark
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.store.test_other_alias import ALIAS, elsewhere, filled_there  # noqa: F401
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


class Replica:
    """Read models are read from a replica."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return ALIAS if model is OrderSummary else None


def test_the_position_there_is_compared_with_the_log_here(filled_there: list[Order]) -> None:  # noqa: F811
    assert reason_not_fresh(OrderSummary, mark()) == ""
    Order.objects.update(note="changed")
    token = mark()
    assert reason_not_fresh(OrderSummary, token)
    refresh(OrderSummary)
    assert reason_not_fresh(OrderSummary, token) == ""


def test_a_position_that_is_ahead_of_a_restored_database_is_not_believed(
    filled_there: list[Order],  # noqa: F811
) -> None:
    """Its numbers may be greater than the token's, and are of another history."""
    ReadModelState.objects.using(ALIAS).update(origin="the database before", position=far_ahead())
    Order.objects.update(note="changed")
    assert reason_not_fresh(OrderSummary, mark()).endswith("is to be repaired.")


def far_ahead() -> str:
    return "999999999" if connections["default"].vendor == "sqlite" else "999999999:999999999:"


def test_of_a_replica_its_own_position_counts(elsewhere: str, shop: list[Order], settings: Any) -> None:  # noqa: F811
    settings.DATABASE_ROUTERS = []
    backfill(OrderSummary)
    settings.DATABASE_ROUTERS = [Replica()]
    replicate()
    assert reason_not_fresh(OrderSummary, mark()) == ""
    Order.objects.update(note="changed")
    token = mark()
    refresh(OrderSummary)
    assert reason_not_fresh(OrderSummary, token), "the replica has not got it yet"
    replicate()
    assert reason_not_fresh(OrderSummary, token) == ""


def replicate() -> None:
    state = ReadModelState.objects.using("default").get()
    state.save(using=ALIAS)


@pytest.mark.parametrize("elsewhere", ["like the source"], indirect=True)
def test_it_asks_each_database_once(filled_there: list[Order]) -> None:  # noqa: F811
    Order.objects.update(note="changed")
    demand = Demand(token=mark())
    assert asked_by(lambda: look([OrderSummary], demand)) == ["default", ALIAS]

    def asks_there_only() -> bool:
        refresh(OrderSummary)
        return asked_by(lambda: look([OrderSummary], demand)) == [ALIAS]

    assert eventually(asks_there_only), "beside another test's transaction on the same server, later"


def asked_by(function: Callable[[], object]) -> list[str]:
    asked: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(context["connection"].alias)
        return execute(sql, params, many, context)

    with connections["default"].execute_wrapper(note), connections[ALIAS].execute_wrapper(note):
        function()
    return sorted(asked)
