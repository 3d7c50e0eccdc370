"""Real processes: a refresher that follows, and workers of the read side that are killed."""

import random
import signal
import time
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from cqrs_read.backfill import backfill, running
from cqrs_read.declaration.read_model import name_of
from cqrs_read.lag import status_of
from cqrs_read.store.rows import changing
from cqrs_read.verify import verify
from legacy_app.customers.models import Customer
from legacy_app.customers_cqrs.read_models import CustomerCard
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.faults.cqrs_read.test_concurrency import write
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "orders_cqrs.OrderSummary"


def wait_until(reached: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "not reached in time"
        time.sleep(0.02)


def others_terminated() -> int:
    """End every other connection to the test database. Returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def caught_up() -> bool:
    return status_of(OrderSummary).pending == 0


def test_a_refresher_follows_until_it_is_told_to_stop(filled: list[Order], spawn: Any) -> None:
    follower = spawn("manage.py", "cqrs_refresh", "--follow")
    follower.wait_for("orders_cqrs.OrderSummary")
    Customer.objects.update(name="renamed")
    wait_until(caught_up)
    assert read_model_answer() == legacy_answer()
    assert follower.stop() == 0


@pytest.mark.postgresql
def test_a_refresher_outlives_its_database_connection(filled: list[Order], spawn: Any) -> None:
    follower = spawn("manage.py", "cqrs_refresh", "--follow")
    follower.wait_for("Following")
    wait_until(lambda: others_terminated() > 0)
    follower.wait_for("The database is away, trying again")
    Customer.objects.update(name="renamed")
    wait_until(caught_up)
    assert read_model_answer() == legacy_answer()


def test_a_refresher_that_is_killed_has_lost_nothing(filled: list[Order], spawn: Any) -> None:
    for round_ in range(3):
        follower = spawn("manage.py", "cqrs_refresh", "--follow", "--interval", "0")
        follower.wait_for("Following")
        for number in range(20):
            Order.objects.update(note=f"{round_}.{number}")
        follower.send(signal.SIGKILL)
        follower.wait()
        Order.objects.update(note=f"after kill {round_}")
    call_command("cqrs_refresh", verbosity=0)
    assert verify(OrderSummary).differences == ()
    assert read_model_answer() == legacy_answer()


def test_two_with_several_jobs_follow_two_read_models(filled: list[Order], spawn: Any) -> None:
    models: list[Any] = [OrderSummary, CustomerCard]
    backfill(CustomerCard)
    names = [name_of(model) for model in models]
    followers = [spawn("manage.py", "cqrs_refresh", *names, "--follow", "--jobs", "2") for _ in range(2)]
    for follower in followers:
        follower.wait_for("Following")
    choice = random.Random()
    for number in range(200):
        write(choice)
        Customer.objects.update(phone=f"{number}")
    assert eventually(lambda: not any(status_of(model).pending for model in models))
    for follower in followers:
        assert follower.stop() == 0, follower.output
        assert "Traceback" not in follower.output
    call_command("cqrs_refresh", *names, verbosity=0)
    for model in models:
        verified = verify(model)
        assert (verified.found, verified.pending) == (0, 0), verified.differences
    assert read_model_answer() == legacy_answer()


@pytest.mark.postgresql  # on SQLite the lock that stops it in the middle would keep it from beginning
def test_a_backfill_that_is_killed_goes_on(shop: list[Order], spawn: Any) -> None:
    with changing(OrderSummary):
        process = spawn("manage.py", "cqrs_backfill", NAME)
        wait_until(lambda: running(OrderSummary) is not None)
        process.kill()
    assert process.exit_code == -signal.SIGKILL
    interrupted = running(OrderSummary)
    assert interrupted is not None
    assert backfill(OrderSummary).pk == interrupted.pk
    assert verify(OrderSummary).differences == ()
    assert read_model_answer() == legacy_answer()
