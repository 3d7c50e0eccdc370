"""Refreshing, comparing and trimming by Celery: a real worker, a real beat and a real Redis."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from cqrs_read import tasks
from cqrs_read.models import BackfillRun, Backlog
from cqrs_read.refresh.hurry import hurry
from cqrs_write import changelog, wakeup
from cqrs_write.tasks import trim
from legacy_app.celery import app as celery_app
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read import celery_settings
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = pytest.mark.django_db(transaction=True)

SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.integration.cqrs_read.celery_settings"}
WORKER = ("-m", "celery", "-A", "legacy_app", "worker", "-c", "2", "-l", "INFO")


@pytest.fixture(autouse=True)
def _not_eager() -> Iterator[None]:
    was = celery_app.conf.task_always_eager
    celery_app.conf.task_always_eager = False
    yield
    celery_app.conf.task_always_eager = was


def until(reached: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "not reached in time"
        time.sleep(0.05)


def up_to_date() -> bool:
    return read_model_answer() == legacy_answer()


def test_beat_and_a_worker_keep_read_models_fresh(filled: list[Order], spawn: Any, tmp_path: Path) -> None:
    worker = spawn(*WORKER, "-B", "-s", str(tmp_path / "schedule"), environment=SETTINGS)
    worker.wait_for("ready.")
    for number in range(3):
        Customer.objects.update(name=f"name {number}")
        until(up_to_date)


def test_beat_and_a_worker_repair_as_well(filled: list[Order], spawn: Any, tmp_path: Path) -> None:
    worker = spawn(*WORKER, "-B", "-s", str(tmp_path / "schedule"), environment=SETTINGS)
    worker.wait_for("ready.")
    changelog.log_everything("default", ["orders_order.id"])
    until(lambda: tasks_done(filled))


def tasks_done(filled: list[Order]) -> bool:
    from cqrs_read.lag import status_of
    from cqrs_read.standing import serving

    serving.forget()
    status = status_of(OrderSummary)
    return (status.state, status.pending) == ("ready", 0) and up_to_date()


def test_beat_and_a_worker_refresh_compare_and_trim(filled: list[Order], spawn: Any, tmp_path: Path) -> None:
    execute("UPDATE orders_cqrs_ordersummary SET note = 'wrong' WHERE id = %s", filled[0].pk)
    # Of the other rows, since a refresh would mend the wrong one too.
    Customer.objects.exclude(pk=filled[0].customer_id).update(name="renamed")
    assert changes_logged() > 0
    worker = spawn(*WORKER, "-B", "-s", str(tmp_path / "schedule"), environment=SETTINGS)
    worker.wait_for("ready.")
    until(lambda: found() == [(str(filled[0].pk), {"note": ["", "wrong"]})])
    until(up_to_date)
    until(lambda: changes_logged() == 0)


def execute(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def changes_logged() -> int:
    """Of customers: what a refresh itself writes, to the read model's table, may be logged after what it consumed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cqrs_change_log WHERE stream = 'customers_customer.id'")
        return int(cursor.fetchone()[0])


def found() -> list[tuple[str, Any]]:
    """What the sampling verifier has reported: key and columns."""
    rounds = BackfillRun.objects.filter(kind=BackfillRun.Kind.VERIFY).order_by("pk")
    return [(item["key"], item["columns"]) for run in rounds for item in run.findings]


def test_a_hurried_worker_needs_no_beat(filled: list[Order], spawn: Any, settings: Any) -> None:
    settings.CQRS_READ = {"HURRY": True}
    worker = spawn(*WORKER, environment=SETTINGS)
    worker.wait_for("ready.")
    Customer.objects.update(name="renamed")
    hurry()
    until(up_to_date)


def test_one_task_does_windows_and_backlog(filled: list[Order], settings: Any) -> None:
    settings.CQRS_READ = {"REFRESH_KEYS": 2}
    for order in filled:
        Order.objects.filter(pk=order.pk).update(note="changed")
    tasks.refresh()
    assert not Backlog.objects.exists()
    assert up_to_date()


def test_a_task_ends_when_its_time_is_over(filled: list[Order], settings: Any) -> None:
    settings.CQRS_READ = {"REFRESH_KEYS": 2, "REFRESH_SECONDS": 0.0}
    Order.objects.update(note="changed")
    tasks.refresh()
    assert Backlog.objects.exists()


class TestHurry:
    @pytest.fixture(autouse=True)
    def _on(self, settings: Any) -> None:
        settings.CQRS_READ = {"HURRY": True, "REFRESH_QUEUE": "fresh"}

    def sent(self, redis_client: Any) -> int:
        assert wakeup.flush(30)
        return int(redis_client.llen("fresh"))

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_a_request_that_may_have_written_hurries(self, method: str, redis_client: Any) -> None:
        getattr(Client(), method)("/api/orders/")
        assert self.sent(redis_client) == 1

    @pytest.mark.parametrize("method", ["get", "head", "options"])
    def test_one_that_reads_does_not(self, method: str, redis_client: Any) -> None:
        getattr(Client(), method)("/api/orders/")
        assert self.sent(redis_client) == 0

    def test_it_is_off_unless_asked_for(self, settings: Any, redis_client: Any) -> None:
        settings.CQRS_READ = {}
        Client().post("/api/orders/")
        assert self.sent(redis_client) == 0

    def test_many_requests_send_few_messages(self, redis_client: Any) -> None:
        for _ in range(500):
            hurry()
        assert 1 <= self.sent(redis_client) < 500


@pytest.mark.parametrize("task", [tasks.refresh, tasks.verify_sample, trim], ids=lambda task: task.name)
def test_the_documented_schedule_is_of_the_task(task: Any) -> None:
    namespace = SimpleNamespace()
    _, _, block = task.__doc__.partition("::\n\n        ")
    exec(block.splitlines()[0], vars(namespace))
    (entry,) = namespace.CELERY_BEAT_SCHEDULE.values()
    assert entry["task"] == task.name
    assert entry["task"] in {item["task"] for item in celery_settings.CELERY_BEAT_SCHEDULE.values()}
