"""``cqrs_backfill`` of several read models, and of all that are not ready."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cqrs_read.backfill import backfill
from cqrs_read.declaration.read_model import name_of, read_models
from cqrs_read.models import ReadModelState
from cqrs_read.standing.serving import forget, reason_not_to_serve
from cqrs_read.standing.state import state_of
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary, SalesByCityAndDay

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS, SALES = name_of(OrderSummary), name_of(SalesByCityAndDay)


def call(*arguments: str) -> str:
    out = StringIO()
    call_command("cqrs_backfill", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_those_that_others_are_computed_from_come_first(shop: list[Order]) -> None:
    first, second = call(SALES, ORDERS).splitlines()
    assert first.startswith(f"{ORDERS}: 5 rows in ")
    assert second.startswith(f"{SALES}: ")
    forget()
    assert reason_not_to_serve(SalesByCityAndDay) == ""


def test_without_a_name_all_that_are_not_ready(shop: list[Order]) -> None:
    backfill(OrderSummary)
    ready_at = state_of(OrderSummary).ready_at
    others = [name_of(model) for model in read_models() if model is not OrderSummary]
    said, *filled = call().splitlines()
    assert sorted(said.removeprefix("Not ready: ").rstrip(".").split(", ")) == others
    assert sorted(line.partition(":")[0] for line in filled) == others
    assert state_of(OrderSummary).ready_at == ready_at
    assert call() == "Every read model is ready.\n"


def test_one_that_is_declared_differently_since_is_not_ready(shop: list[Order]) -> None:
    call()
    ReadModelState.objects.filter(name=ORDERS).update(fingerprint="of an older declaration")
    assert f"Not ready: {ORDERS}." in call("--dry-run")
    assert f"Would fill {ORDERS}" in call("--dry-run")


def test_json_is_a_run_for_one_name_and_a_list_otherwise(shop: list[Order]) -> None:
    assert json.loads(call(ORDERS, "--json"))["read_model"] == ORDERS
    assert [run["read_model"] for run in json.loads(call(SALES, ORDERS, "--json"))] == [ORDERS, SALES]
    assert [run["read_model"] for run in json.loads(call(ORDERS, "--status", "--json"))] == [ORDERS]
    call()
    assert json.loads(call("--json")) == []


def test_a_mistake_in_one_name_begins_nothing(shop: list[Order]) -> None:
    with pytest.raises(CommandError, match="Unknown read model 'Nope'"):
        call(ORDERS, "Nope")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_cqrs_salesbycityandday RENAME TO away")
    try:
        with pytest.raises(CommandError, match=r"Run: manage\.py migrate"):
            call(SALES, ORDERS)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO orders_cqrs_salesbycityandday")
    assert not state_of(OrderSummary).position


def test_several_are_paused_at_once(shop: list[Order]) -> None:
    from cqrs_read.backfill import start

    for model in (OrderSummary, SalesByCityAndDay):
        start(model)
    assert call(ORDERS, SALES, "--pause").count("is paused") == 2
    assert call(ORDERS, SALES, "--status").count("paused at key") == 2
