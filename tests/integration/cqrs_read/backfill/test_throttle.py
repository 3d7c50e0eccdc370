"""A backfill waits while a throttle holds, and says for which."""

import io
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from cqrs_read.backfill import backfill, pause, running, throttles, work
from cqrs_read.backfill.throttle import Throttle
from cqrs_read.compute.chunk import Progress
from cqrs_read.models import BackfillRun, ReadModelState
from cqrs_read.refresh import refresh
from cqrs_write.backends import load
from cqrs_write.exceptions import ConfigurationError
from legacy_app.customers_cqrs.read_models import CustomerCard
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = pytest.mark.django_db(transaction=True)

held_for: list[str] = []


def own(read_model: Any) -> str:
    """A throttle as a project writes it: holds as often as the test says."""
    return held_for.pop() if held_for else ""


@pytest.fixture(autouse=True)
def _own_throttle(settings: Any) -> Any:
    settings.CQRS_READ = {"THROTTLES": (f"{__name__}.own",)}
    yield
    held_for.clear()


def test_it_waits_and_says_for_what(shop: list[Order]) -> None:
    held_for.extend(["the night batch"] * 2)
    seen: list[Progress] = []
    run = backfill(OrderSummary, on_chunk=seen.append)
    assert [progress.note for progress in seen] == ["own: the night batch"] * 2 + [""]
    assert (run.throttled_by, run.throttled_seconds) == ("", 0.5)
    assert read_model_answer() == legacy_answer()


def test_a_pause_is_obeyed_while_it_waits(shop: list[Order]) -> None:
    held_for.extend(["never ends"] * 1000)
    run = backfill(OrderSummary, on_chunk=lambda progress: pause(BackfillRun.objects.get()) and None)
    assert (run.state, run.rows) == (BackfillRun.State.PAUSED, 0)


def test_a_refresher_does_not_work_meanwhile(shop: list[Order]) -> None:
    backfill(OrderSummary, stopped=lambda: True)
    held_for.append("the night batch")
    assert not work(OrderSummary)
    run = running(OrderSummary)
    assert run is not None
    assert run.throttled_by == "own: the night batch"
    assert work(OrderSummary)


def test_one_that_is_not_there_is_named(settings: Any) -> None:
    settings.CQRS_READ = {"THROTTLES": ("shop.throttles.gone",)}
    with pytest.raises(ConfigurationError, match=r"names 'shop\.throttles\.gone', which is not there"):
        Throttle(OrderSummary).holds()


class TestBuiltIn:
    def test_none_holds_at_rest(self, filled: list[Order], settings: Any) -> None:
        settings.CQRS_READ = {}
        assert Throttle(OrderSummary).holds() == ""

    def test_lag_of_a_read_model_that_is_served(self, filled: list[Order], settings: Any) -> None:
        settings.CQRS_READ = {"THROTTLE_LAG_SECONDS": 0}
        Order.objects.update(note="refreshed")
        refresh(OrderSummary)
        assert throttles.lag(OrderSummary) == ""
        Order.objects.update(note="not refreshed yet")
        time.sleep(0.01)
        assert throttles.lag(OrderSummary) == "orders_cqrs.OrderSummary is 0 s behind"

    def test_lag_that_nobody_works_at_is_not_waited_for(self, filled: list[Order], settings: Any) -> None:
        settings.CQRS_READ = {"THROTTLE_LAG_SECONDS": 0}
        Order.objects.update(note="refreshed")
        refresh(OrderSummary)
        Order.objects.update(note="nobody comes")
        ReadModelState.objects.update(refreshed_at=timezone.now() - timedelta(seconds=61))
        time.sleep(0.01)
        assert throttles.lag(OrderSummary) == ""

    @pytest.mark.postgresql
    def test_sessions_at_work(self, filled: list[Order], settings: Any) -> None:
        settings.CQRS_READ = {"THROTTLE_ACTIVE": 0}
        asleep = threading.Thread(target=_sleep_in_the_database)
        asleep.start()
        try:
            deadline = time.monotonic() + 10
            while not (reason := throttles.busy(OrderSummary)) and time.monotonic() < deadline:
                time.sleep(0.01)
        finally:
            asleep.join()
        assert "sessions are at work" in reason

    def test_replicas_and_autovacuum_are_asked_about(self, filled: list[Order], settings: Any) -> None:
        settings.CQRS_READ = {"THROTTLE_REPLICATION_SECONDS": -1}
        assert throttles.replication_lag(OrderSummary) == "a replica is 0 s behind"
        assert throttles.autovacuum(OrderSummary) == ""


@pytest.fixture
def pressure() -> Any:
    """What is asked of the server, on either database."""
    return load("cqrs_read", "pressure", "default")


class TestUnderPressure:
    """With the number that the server is believed to have told."""

    def held(self, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], str]:
        """The notes of a backfill, held until it was told once, and what ``--status`` says of it meanwhile."""
        notes: list[str] = []
        status = io.StringIO()

        def on_chunk(progress: Progress) -> None:
            if progress.note and not notes:
                call_command("cqrs_backfill", "--status", stdout=status)
                monkeypatch.undo()
            notes.append(progress.note)

        assert backfill(OrderSummary, on_chunk=on_chunk).state == BackfillRun.State.DONE
        return notes, status.getvalue()

    def test_replication_lag(
        self, shop: list[Order], settings: Any, pressure: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.CQRS_READ = {"THROTTLE_REPLICATION_SECONDS": 10}
        monkeypatch.setattr(pressure, "replication_lag", lambda cursor: 9.9)
        assert Throttle(OrderSummary).holds() == ""
        monkeypatch.setattr(pressure, "replication_lag", lambda cursor: 42.4)
        reason = "replication_lag: a replica is 42 s behind"
        assert Throttle(OrderSummary).holds() == reason
        notes, status = self.held(monkeypatch)
        assert notes == [reason, ""]
        assert f"waits: {reason}" in status

    def test_autovacuum(
        self, shop: list[Order], settings: Any, pressure: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.CQRS_READ = {}
        table = OrderSummary._meta.db_table
        monkeypatch.setattr(pressure, "is_being_vacuumed", lambda cursor, name: name == table)
        reason = f"autovacuum: autovacuum works at {table}"
        assert Throttle(OrderSummary).holds() == reason
        notes, status = self.held(monkeypatch)
        assert notes == [reason, ""]
        assert f"waits: {reason}" in status


@pytest.mark.postgresql
class TestAsked:
    """Views of a session's own go before those of the server: the questions themselves read these numbers."""

    @pytest.fixture(autouse=True)
    def _own_settings(self, settings: Any, transactional_db: None) -> Any:
        settings.CQRS_READ = {}
        yield
        connection.close()

    def view(self, name: str, sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY VIEW {name} AS {sql}")

    def test_the_slowest_replica(self) -> None:
        self.view(
            "pg_stat_replication",
            "SELECT make_interval(secs => lag) AS replay_lag FROM (VALUES (3), (42)) r (lag)",
        )
        assert Throttle(OrderSummary).holds() == "replication_lag: a replica is 42 s behind"

    @pytest.mark.parametrize("by", ["autovacuum worker", "client backend"])
    def test_autovacuum_at_the_table_and_no_other(self, by: str) -> None:
        table = OrderSummary._meta.db_table
        self.view("pg_stat_activity", f"SELECT 1 AS pid, 'idle' AS state, '{by}' AS backend_type")
        self.view("pg_stat_progress_vacuum", f"SELECT 1 AS pid, '{table}'::regclass::oid AS relid")
        expected = f"autovacuum: autovacuum works at {table}" if by == "autovacuum worker" else ""
        assert Throttle(OrderSummary).holds() == expected
        assert throttles.autovacuum(CustomerCard) == ""


def _sleep_in_the_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(1)")
    finally:
        connection.close()
