"""Refreshers that are killed at random moments while writers run, and a database that is restarted."""

import random
import signal
import time
from typing import Any

import pytest

from cqrs_read.refresh import refresh
from cqrs_read.verify import verify
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = pytest.mark.django_db(transaction=True)

FOLLOWER = ("manage.py", "cqrs_refresh", "--follow", "--interval", "0.005")
WRITER = ("-m", "tests.faults.cqrs_read.writer")
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.faults.cqrs_read.small_steps"}
PRODUCTS = (
    "from legacy_app.orders.models import Product\n"
    "for sku in 'ABC': Product.objects.create(sku=sku, name=sku, price=10)"
)


def kill_again_and_again(spawn: Any, times: int) -> None:
    choice = random.Random(times)
    writers = [spawn(*WRITER, str(number)) for number in range(2)]
    for writer in writers:
        writer.wait_for("Writing")
    for _ in range(times):
        follower = spawn(*FOLLOWER, environment=SETTINGS)
        follower.wait_for("Following")
        time.sleep(choice.uniform(0, 0.5))
        follower.send(signal.SIGKILL)
        assert follower.wait() == -signal.SIGKILL
    for writer in writers:
        assert writer.stop() == 0


def assert_equal_after_a_refresh() -> None:
    refresh(OrderSummary)
    assert verify(OrderSummary).differences == ()
    assert read_model_answer() == legacy_answer()


def test_four_kills(filled: list[Order], spawn: Any) -> None:
    kill_again_and_again(spawn, 4)
    assert_equal_after_a_refresh()


@pytest.mark.long
def test_a_hundred_kills(filled: list[Order], spawn: Any) -> None:
    kill_again_and_again(spawn, 100)
    assert_equal_after_a_refresh()


@pytest.mark.postgresql
def test_a_database_that_is_killed_and_comes_back(own_postgresql: Any, spawn: Any) -> None:
    there = {"DATABASE_URL": own_postgresql.url}

    def run(*arguments: str) -> Any:
        process = spawn("manage.py", *arguments, environment=there)
        assert process.wait(120) == 0, process.output
        return process

    run("migrate", "--verbosity", "0")
    run("seed_legacy", "--scale", "0.01")
    run("shell", "-v", "0", "-c", PRODUCTS)
    run("cqrs_backfill", "orders_cqrs.OrderSummary")
    writer = spawn(*WRITER, "1", environment=there)
    follower = spawn(*FOLLOWER, environment={**SETTINGS, **there})
    writer.wait_for("Writing")
    follower.wait_for("Following")
    time.sleep(1)
    own_postgresql.kill()
    follower.wait_for("The database is away, trying again")
    own_postgresql.start()
    time.sleep(2)
    assert writer.stop() == 0
    assert follower.stop() == 0
    run("cqrs_refresh")
    assert "0 differences" in run("cqrs_verify", "orders_cqrs.OrderSummary").output
