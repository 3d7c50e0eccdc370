"""One pass over many read models: what fails in one of them does not hold up the others."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connection
from django.test.utils import isolate_apps
from django.utils import timezone

from cqrs_read import ReadModel, tasks
from cqrs_read.backfill import backfill
from cqrs_read.exceptions import ProjectionError
from cqrs_read.lag import status_of
from cqrs_read.models import Backlog, ReadModelState
from cqrs_read.refresh.attend import attend_all
from cqrs_read.refresh.due import due
from cqrs_read.refresh.follow import follow
from cqrs_read.standing import followers
from cqrs_read.standing.serving import forget, reason_not_to_serve
from cqrs_read.store.rows import changing, refreshing
from cqrs_read.verify import sampling
from legacy_app.customers.models import Customer
from legacy_app.customers_cqrs.read_models import CustomerCard
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def execute(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_nothing_is_due(filled: list[Order]) -> None:
    attend_all([OrderSummary])
    assert due([OrderSummary]) == []
    assert attend_all([OrderSummary]) is False


def test_a_change_is_due_until_it_is_attended_to(filled: list[Order]) -> None:
    Order.objects.update(note="changed")
    assert [one.window for one in due([OrderSummary])] == [True]
    assert attend_all([OrderSummary]) is True
    assert due([OrderSummary]) == []
    assert read_model_answer() == legacy_answer()


def test_an_idle_look_costs_two_queries_however_many_read_models(
    filled: list[Order], django_assert_num_queries: Any
) -> None:
    due([OrderSummary])
    with django_assert_num_queries(2):
        due([OrderSummary] * 7)


def test_what_was_never_filled_is_not_due(shop: list[Order]) -> None:
    assert due([OrderSummary]) == []


def test_one_pass_does_one_window_and_one_page(filled: list[Order], settings: Any) -> None:
    settings.CQRS_READ = {"REFRESH_KEYS": 2}
    Order.objects.update(note="many")
    attend_all([OrderSummary])
    waiting = Backlog.objects.count()
    fresh = filled[0]
    for note in ("a", "b", "c"):
        Order.objects.filter(pk=fresh.pk).update(note=note)
        attend_all([OrderSummary])
        assert OrderSummary.objects.get(pk=fresh.pk).note == note
    assert Backlog.objects.count() < max(waiting, 1)
    while attend_all([OrderSummary]):
        pass
    assert read_model_answer() == legacy_answer()


class TestProblem:
    @pytest.fixture
    def failing(self, filled: list[Order], caplog: pytest.LogCaptureFixture) -> Iterator[list[Order]]:
        caplog.set_level(logging.ERROR, logger="cqrs_read.standing.problem")
        execute("ALTER TABLE orders_cqrs_ordersummary RENAME COLUMN note TO remark")
        try:
            Order.objects.filter(pk=filled[0].pk).update(note="changed")
            attend_all([OrderSummary])
            yield filled
        finally:
            columns = connection.introspection.get_table_description(
                connection.cursor(), "orders_cqrs_ordersummary"
            )
            if "remark" in {column.name for column in columns}:
                execute("ALTER TABLE orders_cqrs_ordersummary RENAME COLUMN remark TO note")

    def retry(self) -> bool:
        ReadModelState.objects.update(retry_at=timezone.now() - timedelta(seconds=1))
        return attend_all([OrderSummary])

    def test_it_is_recorded_with_its_cause_and_the_next_try(self, failing: list[Order]) -> None:
        state = ReadModelState.objects.get()
        assert "note" in state.problem
        assert state.attempts == 1
        assert state.problem_since is not None
        assert state.retry_at is not None
        assert state.retry_at > timezone.now()

    def test_it_is_not_tried_before_its_time(self, failing: list[Order]) -> None:
        assert due([OrderSummary]) == []

    def test_the_status_shows_it(self, failing: list[Order]) -> None:
        status = status_of(OrderSummary)
        assert (status.state, status.pending) == ("failing", 1)
        assert status.reason.startswith("orders_cqrs.OrderSummary cannot be refreshed: ")
        assert status.retry_at is not None

    def test_it_is_not_served(self, failing: list[Order]) -> None:
        forget()
        assert "cannot be refreshed" in reason_not_to_serve(OrderSummary)

    def test_it_is_logged_once_until_it_changes(
        self, failing: list[Order], caplog: pytest.LogCaptureFixture
    ) -> None:
        self.retry()
        self.retry()
        assert ReadModelState.objects.get().attempts == 3
        assert len(caplog.get_records("setup")) == 1
        assert not caplog.get_records("call")

    def test_once_it_is_mended_all_is_caught_up(self, failing: list[Order]) -> None:
        execute("ALTER TABLE orders_cqrs_ordersummary RENAME COLUMN remark TO note")
        assert self.retry() is True
        state = ReadModelState.objects.get()
        assert (state.problem, state.attempts, state.retry_at) == ("", 0, None)
        assert read_model_answer() == legacy_answer()
        forget()
        assert reason_not_to_serve(OrderSummary) == ""


class TestRefusedDeclaration:
    """What old code has filled, and new code refuses: the others must not wait for it."""

    @pytest.fixture(autouse=True)
    def _refused(self, filled: list[Order], monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(read_model: Any) -> str:
            raise ProjectionError("orders_cqrs.OrderSummary", "total", "cannot be kept true.", "Declare it.")

        monkeypatch.setattr("cqrs_read.refresh.turn.fingerprint", refuse)

    def test_it_is_recorded_and_not_attended_to(self) -> None:
        Order.objects.update(note="changed")
        assert attend_all([OrderSummary]) is False
        assert ReadModelState.objects.get().problem == (
            "ProjectionError: orders_cqrs.OrderSummary.total: cannot be kept true. Declare it."
        )

    def test_it_is_not_looked_at_again_before_its_time(self) -> None:
        due([OrderSummary])
        due([OrderSummary])
        assert ReadModelState.objects.get().attempts == 1


class TestWithoutADeclaration:
    """A class that cannot even be read: every task of the others goes on."""

    @pytest.fixture(autouse=True)
    def _broken(self, filled: list[Order], monkeypatch: pytest.MonkeyPatch) -> None:
        with isolate_apps("legacy_app.orders_cqrs"):

            class Broken(ReadModel):
                class Meta:
                    app_label = "orders_cqrs"

        for module in (tasks, sampling, followers):
            monkeypatch.setattr(module, "read_models", lambda: [Broken, OrderSummary])
        self.both = [Broken, OrderSummary]

    def test_following(self, caplog: pytest.LogCaptureFixture) -> None:
        Order.objects.update(note="changed")
        steps = iter(range(3))
        follow(self.both, interval=0, stopped=lambda: next(steps, None) is None)
        assert read_model_answer() == legacy_answer()
        (logged,) = [record.getMessage() for record in caplog.records if "Broken" in record.getMessage()]
        assert "has no Projection with a source" in logged

    def test_the_tasks(self) -> None:
        Order.objects.update(note="changed")
        tasks.refresh()
        assert read_model_answer() == legacy_answer()
        assert [found.read_model for found in sampling.sample_all()] == ["orders_cqrs.OrderSummary"]

    def test_trimming(self) -> None:
        assert [follower.name for follower in followers.followers("default")] == ["orders_cqrs.OrderSummary"]


@pytest.mark.postgresql  # SQLite has one writer anyway
def test_one_that_waits_holds_up_no_other(filled: list[Order]) -> None:
    """Two read models, two jobs: while a backfill has the rows of one, the other is brought up to date."""
    backfill(CustomerCard)
    Order.objects.update(note="changed")
    Customer.objects.update(name="changed")
    stop = Event()

    def following() -> None:
        try:
            follow([OrderSummary, CustomerCard], interval=0.01, stopped=stop.is_set, jobs=2)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as elsewhere:
        with changing(OrderSummary):
            ended = elsewhere.submit(following)
            assert eventually(lambda: set(CustomerCard.objects.values_list("name", flat=True)) == {"changed"})
            assert not OrderSummary.objects.filter(note="changed").exists()
        assert eventually(lambda: not OrderSummary.objects.exclude(note="changed").exists())
        stop.set()
        ended.result(timeout=30)


def test_several_at_a_time(filled: list[Order]) -> None:
    Order.objects.update(note="changed")
    steps = iter(range(20))
    follow([OrderSummary], interval=0.01, stopped=lambda: next(steps, None) is None, jobs=3)
    assert read_model_answer() == legacy_answer()


def test_a_failure_among_several_is_recorded(filled: list[Order], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr("cqrs_read.refresh.attend.consume", fail)
    Order.objects.update(note="changed")
    steps = iter(range(20))
    follow([OrderSummary], interval=0.01, stopped=lambda: next(steps, None) is None, jobs=2)
    assert ReadModelState.objects.get().problem == "ZeroDivisionError: by nothing"


@pytest.mark.postgresql  # SQLite has one writer anyway
def test_who_finds_another_refresher_at_it_leaves_it_the_work(filled: list[Order]) -> None:
    def attend_elsewhere() -> bool:
        try:
            return attend_all([OrderSummary])
        finally:
            connection.close()

    Order.objects.update(note="changed")
    with ThreadPoolExecutor(1) as elsewhere:
        with refreshing(OrderSummary) as mine:
            assert mine
            assert elsewhere.submit(attend_elsewhere).result(timeout=30) is False
        assert elsewhere.submit(attend_elsewhere).result(timeout=30) is True
    assert read_model_answer() == legacy_answer()
