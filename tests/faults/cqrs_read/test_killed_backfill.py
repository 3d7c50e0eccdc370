"""A backfill that is killed at any moment goes on from its last chunk; nothing is lost, nothing is wrong."""

import random
import signal
import time
from typing import Any

import pytest

from cqrs_read.backfill import running, start
from cqrs_read.models import BackfillRun
from cqrs_read.verify import verify
from legacy_app.orders.models import Order, OrderLine
from legacy_app.orders_cqrs.read_models import OrderSummary
from legacy_app.servers import PostgreSQL
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "orders_cqrs.OrderSummary"
ORDERS = 400

# Chunks of five keys, so that there are many moments to die in.
FILL = """
import django
django.setup()
from cqrs_read.backfill import backfill
from legacy_app.orders_cqrs.read_models import OrderSummary
print("filling", flush=True)
run = backfill(OrderSummary, chunk=5)
print(run.state, run.rows, flush=True)
"""


@pytest.fixture
def orders(shop: list[Order]) -> None:
    customer = shop[0].customer
    made = Order.objects.bulk_create([Order(customer=customer, note=str(n)) for n in range(ORDERS)])
    OrderLine.objects.bulk_create(
        [OrderLine(order=order, product_id="A", quantity=1, unit_price="9.99") for order in made]
    )


def kill_until_done(spawn: Any, kills: int) -> None:
    """Start a backfill, write beside it, kill it; again and again, and each time another one goes on."""
    choice, settings = random.Random(kills), {"DJANGO_SETTINGS_MODULE": "legacy_app.settings_cqrs"}
    for number in range(kills):
        run = running(OrderSummary) or start(OrderSummary)
        process = spawn("-c", FILL, environment=settings)
        process.wait_for("filling")
        deadline = time.monotonic() + choice.uniform(0, 0.25)
        while time.monotonic() < deadline:
            Order.objects.filter(pk__gt=0, note__endswith=str(choice.randrange(10))).update(
                status=f"s{number}"
            )
        process.send(signal.SIGKILL)
        process.wait()
        run.refresh_from_db()
        behind = [item for item in verify(OrderSummary).differences if int(item.key) <= last_key(run)]
        assert behind == [], "what lies behind the cursor is right, or on its way"
    last = spawn("manage.py", "cqrs_backfill", NAME)
    assert last.wait(60) == 0, last.output


def last_key(run: BackfillRun) -> float:
    """The last key that the run has done."""
    return float("inf") if run.state == BackfillRun.State.DONE else float(run.cursor or 0)


def assert_equal(spawn: Any) -> None:
    refresher = spawn("manage.py", "cqrs_refresh")
    assert refresher.wait(60) == 0, refresher.output
    assert verify(OrderSummary).found == 0
    assert read_model_answer() == legacy_answer()


def test_four_kills(orders: None, spawn: Any) -> None:
    kill_until_done(spawn, 4)
    assert_equal(spawn)


@pytest.mark.long
def test_a_hundred_kills(orders: None, spawn: Any) -> None:
    kill_until_done(spawn, 100)
    assert_equal(spawn)


def test_ctrl_c_pauses_and_the_same_command_goes_on(orders: None, spawn: Any) -> None:
    process = spawn("manage.py", "cqrs_backfill", NAME, environment={"DJANGO_SETTINGS_MODULE": HELD})
    process.wait_for("held: till told otherwise")
    process.send(signal.SIGINT)
    assert process.wait() == 0
    assert f"{NAME}: paused at key None after 0 rows (stopped by Ctrl-C)" in process.output
    assert f"manage.py cqrs_backfill {NAME} goes on from there" in process.output
    assert BackfillRun.objects.get().state == BackfillRun.State.PAUSED
    again = spawn("manage.py", "cqrs_backfill", NAME)
    assert again.wait(60) == 0
    assert f"{NAME}: {ORDERS + 5} rows in" in again.output
    assert read_model_answer() == legacy_answer()


def test_a_second_one_is_refused_while_the_first_lives(orders: None, spawn: Any) -> None:
    first = spawn("manage.py", "cqrs_backfill", NAME, environment={"DJANGO_SETTINGS_MODULE": HELD})
    first.wait_for("held: till told otherwise")
    second = spawn("manage.py", "cqrs_backfill", NAME)
    assert second.wait() == 2
    assert f"{NAME} is being worked at by" in second.output
    assert len(second.output.strip().splitlines()) == 1
    first.kill()
    third = spawn("manage.py", "cqrs_backfill", NAME)
    assert third.wait(60) == 0, "the first is dead, which is known at once"


HELD = "tests.faults.cqrs_read.held.settings"
ACTS = {"pause": "paused", "cancel": "cancelled"}

# One key at a time, so that it is still at work when another process has started.
SLOW = FILL.replace("chunk=5", "chunk=1, on_chunk=lambda progress: time.sleep(0.05)").replace(
    "import django", "import time, django", 1
)


def tell(spawn: Any, act: str) -> None:
    command = spawn("manage.py", "cqrs_backfill", NAME, f"--{act}")
    assert command.wait() == 0, command.output
    assert f"is {ACTS[act]}" in command.output


@pytest.mark.parametrize("act", ACTS)
def test_one_that_works_is_stopped_by_another_process(act: str, orders: None, spawn: Any) -> None:
    worker = spawn("-c", SLOW, environment={"DJANGO_SETTINGS_MODULE": "legacy_app.settings_cqrs"})
    worker.wait_for("filling")
    assert eventually(lambda: BackfillRun.objects.filter(rows__gt=0).exists())
    tell(spawn, act)
    assert worker.wait() == 0, worker.output
    run = BackfillRun.objects.get()
    assert (run.state, run.owner) == (ACTS[act], "")
    assert 0 < run.rows < ORDERS
    assert worker.output.splitlines()[-1] == f"{ACTS[act]} {run.rows}"


@pytest.mark.parametrize("act", ACTS)
def test_one_that_is_held_is_stopped_by_another_process(act: str, orders: None, spawn: Any) -> None:
    worker = spawn("manage.py", "cqrs_backfill", NAME, environment={"DJANGO_SETTINGS_MODULE": HELD})
    worker.wait_for("held: till told otherwise")
    tell(spawn, act)
    assert worker.wait() == 0, worker.output
    run = BackfillRun.objects.get()
    assert (run.state, run.owner, run.throttled_by, run.rows) == (ACTS[act], "", "", 0)
    assert f"{NAME}: {ACTS[act]} " in worker.output


@pytest.mark.postgresql
def test_a_restart_of_postgresql_in_the_middle(own_postgresql: PostgreSQL, spawn: Any) -> None:
    elsewhere = {"DATABASE_URL": own_postgresql.url}

    def manage(*arguments: str) -> Any:
        process = spawn("manage.py", *arguments, environment=elsewhere)
        assert process.wait(120) == 0, process.output
        return process

    manage("migrate", "-v0")
    manage("seed_legacy", "--scale", "0.05")
    settings = {"DJANGO_SETTINGS_MODULE": "legacy_app.settings_cqrs"}
    script = FILL.replace("chunk=5", "chunk=20, on_chunk=lambda progress: print(progress.rows, flush=True)")
    process = spawn("-c", script, environment=elsewhere | settings)
    process.wait_for("\n20\n")
    own_postgresql.restart()
    assert process.wait(120) == 0, process.output
    assert "done 1000" in process.output
    assert "0 differences" in manage("cqrs_verify", NAME).output
