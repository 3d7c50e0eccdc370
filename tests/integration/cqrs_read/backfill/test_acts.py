"""``cqrs_backfill --pause``, ``--resume``, ``--cancel`` and ``--status``: what people do to runs."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cqrs_read.backfill import advance, start
from cqrs_read.models import BackfillRun
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "orders_cqrs.OrderSummary"


def call(*arguments: str) -> str:
    out = StringIO()
    call_command("cqrs_backfill", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def run(shop: list[Order]) -> BackfillRun:
    return advance(OrderSummary, start(OrderSummary), 2)


def state(run: BackfillRun) -> str:
    run.refresh_from_db()
    return run.state


def test_pause_status_and_resume(run: BackfillRun) -> None:
    assert "is paused" in call(NAME, "--pause")
    assert state(run) == "paused"
    status = call("--status")
    assert status.startswith(f"{NAME}: paused at key {run.cursor} after 2 rows")
    assert f"manage.py cqrs_backfill {NAME} goes on from there" in status
    assert "goes on" in call(NAME, "--resume")
    assert state(run) == "running"
    assert f"{NAME}: backfill is running, 2 rows" in call(NAME, "--status")


def test_cancel(run: BackfillRun) -> None:
    assert "is cancelled" in call(NAME, "--cancel")
    assert state(run) == "cancelled"
    assert f"{NAME}: cancelled after 2 rows" in call("--status")


def test_the_same_command_goes_on_with_a_paused_run(run: BackfillRun) -> None:
    call(NAME, "--pause")
    assert json.loads(call(NAME, "--json"))["rows"] == 5
    assert state(run) == "done"


def test_dry_run_of_an_act_changes_nothing(run: BackfillRun) -> None:
    assert "Would cancel" in call(NAME, "--cancel", "--dry-run")
    assert state(run) == "running"


def test_status_as_json(run: BackfillRun) -> None:
    (report,) = json.loads(call("--status", "--json"))
    assert (report["read_model"], report["state"], report["rows"]) == (NAME, "running", 2)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((NAME, "--pause"), "has no run that is unfinished"),
        (("--pause",), "Which read model"),
        (("OrderSummary",), r"Did you mean orders_cqrs\.OrderSummary\?"),
        (("Nope", "--cancel"), "Unknown read model 'Nope'"),
    ],
)
def test_one_line_says_what_is_wrong(shop: list[Order], arguments: Any, problem: str) -> None:
    with pytest.raises(CommandError, match=problem) as error:
        call(*arguments)
    assert error.value.returncode == 2


def test_what_is_paused_cannot_be_paused_again(run: BackfillRun) -> None:
    call(NAME, "--pause")
    with pytest.raises(CommandError, match="is paused: nothing to pause"):
        call(NAME, "--pause")


def test_one_that_somebody_works_at(run: BackfillRun) -> None:
    from django.utils import timezone

    BackfillRun.objects.update(owner="elsewhere:7", touched_at=timezone.now())
    with pytest.raises(CommandError, match=r"is being worked at by elsewhere:7") as error:
        call(NAME)
    assert error.value.returncode == 2


def test_a_table_that_was_never_migrated(shop: list[Order]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_cqrs_ordersummary RENAME TO away")
    try:
        with pytest.raises(CommandError, match=r"Run: manage\.py migrate") as error:
            call(NAME)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO orders_cqrs_ordersummary")
    assert error.value.returncode == 2
