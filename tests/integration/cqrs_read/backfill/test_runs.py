"""Runs are stopped by people in one act, resumed from their cursor, and worked at by one process at a time."""

import os
import socket
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from cqrs_read import backfill as backfills
from cqrs_read.backfill import advance, backfill, cancel, pause, resume, running, start, unfinished, work
from cqrs_read.compute.chunk import Progress
from cqrs_read.exceptions import AlreadyWorkedAt, RunFailed, Superseded
from cqrs_read.models import BackfillRun, Backlog
from cqrs_read.standing.serving import forget, reason_not_to_serve
from cqrs_read.standing.state import state_of
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "orders_cqrs.OrderSummary"
State = BackfillRun.State


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def the_run() -> BackfillRun:
    return BackfillRun.objects.get()


def stop_after_the_first(act: Any) -> Any:
    def on_chunk(progress: Progress) -> None:
        if progress.rows == 2:
            act(the_run())

    return on_chunk


def served() -> bool:
    forget()
    return not reason_not_to_serve(OrderSummary)


class TestPeople:
    def test_pause_and_resume(self, shop: list[Order]) -> None:
        run = backfill(OrderSummary, on_chunk=stop_after_the_first(pause), chunk=2)
        assert (run.state, run.rows, run.owner) == (State.PAUSED, 2, "")
        assert not served()
        assert resume(run)
        assert running(OrderSummary) == run
        assert backfill(OrderSummary, chunk=2).pk == run.pk
        assert served()
        assert read_model_answer() == legacy_answer()

    def test_the_same_call_goes_on_with_a_paused_run(self, shop: list[Order]) -> None:
        run = backfill(OrderSummary, on_chunk=stop_after_the_first(pause), chunk=2)
        again = backfill(OrderSummary, chunk=2)
        assert (again.pk, again.state, again.rows) == (run.pk, State.DONE, 5)

    def test_a_chunk_that_was_under_way_does_not_undo_a_pause(self, shop: list[Order]) -> None:
        run = start(OrderSummary)
        pause(run)
        assert run.state == State.RUNNING, "it is what whoever advances it has read before"
        assert advance(OrderSummary, run, 2).state == State.PAUSED
        assert the_run().rows == 0

    def test_a_pause_within_the_last_chunk_holds(
        self, shop: list[Order], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from cqrs_read.backfill import step

        def recomputing(*args: Any) -> None:
            pause(the_run())

        run = start(OrderSummary)
        monkeypatch.setattr(step, "recompute_range", recomputing)
        assert advance(OrderSummary, run).state == State.PAUSED
        assert the_run().state == State.PAUSED
        assert not served()

    def test_a_cancelled_run_leaves_its_rows_and_serves_nothing(self, shop: list[Order]) -> None:
        run = backfill(OrderSummary, on_chunk=stop_after_the_first(cancel), chunk=2)
        assert run.state == State.CANCELLED
        assert len(read_model_answer()) == 2
        assert not served()
        assert not resume(run)
        assert backfill(OrderSummary).pk != run.pk
        assert served()

    def test_what_is_done_cannot_be_stopped(self, filled: list[Order]) -> None:
        assert not pause(the_run())
        assert not cancel(the_run())
        assert the_run().state == State.DONE

    def test_a_run_that_a_newer_one_replaced_does_not_go_on(self, shop: list[Order]) -> None:
        run = backfill(OrderSummary, on_chunk=stop_after_the_first(pause), chunk=2)
        BackfillRun.objects.create(read_model=NAME, state=State.DONE)
        with pytest.raises(Superseded, match="a newer run has begun"):
            resume(run)


class TestDemanded:
    def test_a_run_under_way_begins_anew(self, shop: list[Order]) -> None:
        run = advance(OrderSummary, start(OrderSummary), 2)
        assert run.rows == 2
        assert backfills.demand(OrderSummary, "writes went by unseen").pk == run.pk
        assert (the_run().cursor, the_run().rows, the_run().state) == (None, 0, State.RUNNING)

    def test_a_paused_one_stays_paused(self, shop: list[Order]) -> None:
        run = advance(OrderSummary, start(OrderSummary), 2)
        pause(run)
        backfills.demand(OrderSummary, "writes went by unseen")
        assert (the_run().cursor, the_run().state) == (None, State.PAUSED)


class TestOwner:
    @pytest.fixture
    def begun(self, shop: list[Order]) -> BackfillRun:
        return advance(OrderSummary, start(OrderSummary), 2)

    def owned(self, owner: str, seconds_ago: float = 0) -> None:
        touched = timezone.now() - timedelta(seconds=seconds_ago)
        BackfillRun.objects.update(owner=owner, touched_at=touched)

    def test_a_second_one_is_refused_while_the_first_lives(self, begun: BackfillRun) -> None:
        self.owned("elsewhere:1")
        with pytest.raises(AlreadyWorkedAt, match="is being worked at by elsewhere:1"):
            backfill(OrderSummary)
        assert not work(OrderSummary)

    def test_the_silent_are_taken_for_gone(self, begun: BackfillRun) -> None:
        self.owned("elsewhere:1", seconds_ago=11)
        assert backfill(OrderSummary).pk == begun.pk

    def test_the_dead_of_this_host_are_known_at_once(self, begun: BackfillRun) -> None:
        with subprocess.Popen([sys.executable, "-c", ""]) as process:
            process.wait()
        self.owned(f"{socket.gethostname()}:{process.pid}")
        assert backfill(OrderSummary).pk == begun.pk

    def test_the_living_of_this_host_too(self, begun: BackfillRun) -> None:
        self.owned(f"{socket.gethostname()}:{os.getppid()}")
        with pytest.raises(AlreadyWorkedAt):
            backfill(OrderSummary)

    def test_a_refresher_goes_on_with_what_nobody_works_at(self, begun: BackfillRun) -> None:
        assert work(OrderSummary)
        assert the_run().state == State.DONE
        assert not work(OrderSummary)
        assert read_model_answer() == legacy_answer()


class TestFailure:
    """A column that the table lacks: no other row would go in either."""

    @pytest.fixture(autouse=True)
    def _renamed(self, shop: list[Order]) -> Any:
        backfill(OrderSummary, chunk=2, on_chunk=stop_after_the_first(pause))
        execute("ALTER TABLE orders_cqrs_ordersummary RENAME COLUMN note TO gone")
        yield
        if state_of(OrderSummary).ready_at is None:
            execute("ALTER TABLE orders_cqrs_ordersummary RENAME COLUMN gone TO note")

    def test_it_stops_with_the_place_and_the_cause(self, shop: list[Order]) -> None:
        with pytest.raises(RunFailed, match=rf"the chunk after key {shop[1].pk}: \w+Error: .+note"):
            backfill(OrderSummary, chunk=2)
        run = unfinished(NAME, "default")
        assert run is not None
        assert (run.state, run.rows, run.attempts) == (State.FAILED, 2, 1)
        assert not served()

    def test_the_same_call_goes_on_once_the_cause_is_mended(self, shop: list[Order]) -> None:
        with pytest.raises(RunFailed):
            backfill(OrderSummary, chunk=2)
        execute("ALTER TABLE orders_cqrs_ordersummary RENAME COLUMN gone TO note")
        run = backfill(OrderSummary, chunk=2)
        assert (run.state, run.rows, run.error) == (State.DONE, 5, "")
        assert read_model_answer() == legacy_answer()


def test_rows_that_cannot_be_stored_are_parked_and_the_others_go_on(shop: list[Order]) -> None:
    execute(f"CREATE UNIQUE INDEX one_note ON orders_cqrs_ordersummary (note) WHERE id > {shop[1].pk}")
    try:
        run = backfill(OrderSummary, chunk=2)
    finally:
        execute("DROP INDEX one_note")
    assert (run.state, run.rows) == (State.DONE, 5)
    parked = Backlog.objects.get(kind=Backlog.Kind.PARKED)
    assert parked.keys == [str(shop[3].pk)]
    missing = [row["id"] for row in legacy_answer() if row not in read_model_answer()]
    assert missing == [shop[3].pk]


@pytest.mark.postgresql
def test_a_chunk_that_takes_too_long_is_tried_with_half_the_keys(shop: list[Order], settings: Any) -> None:
    run = start(OrderSummary)
    execute(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_sleep(0.3) FROM cqrs_backfill_run WHERE attempts < 2; RETURN NULL; END $$"
    )
    execute("CREATE TRIGGER slow AFTER INSERT ON orders_cqrs_ordersummary EXECUTE FUNCTION slow()")
    execute("SET statement_timeout = 150")
    try:
        done = backfill(OrderSummary, chunk=None)
    finally:
        execute("SET statement_timeout = 0")
        execute("DROP FUNCTION slow CASCADE")
    assert (done.pk, done.state, done.chunk) == (run.pk, State.DONE, 250)
