"""A moment beside refreshers, writers and other moments: whom it holds up, for how long, and what ends it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import pytest
from django.db import connection, connections, transaction

from cqrs_read.backfill import backfill
from cqrs_read.exceptions import NotCaughtUp
from cqrs_read.models import ReadModelState
from cqrs_read.moment import Limits, in_one_moment
from cqrs_read.refresh import refresh
from cqrs_read.store.rows import changing
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Order, OrderLine
from legacy_app.orders_cqrs.read_models import OrderSummary, SalesByCityAndDay
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer
from tests.waiting import eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def execute(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def elsewhere(work: Callable[[], Any]) -> Any:
    """What ``work`` returns in a thread, which has a connection of its own, while this one waits."""
    with ThreadPoolExecutor(1) as threads:
        return started(threads, work).result(timeout=60)


def started(threads: ThreadPoolExecutor, work: Callable[[], Any]) -> "Future[Any]":
    def run() -> Any:
        try:
            # What never makes way is to fail here.
            execute("SET lock_timeout = '20s'")
            return work()
        finally:
            connections.close_all()

    return threads.submit(run)


def locks(*, granted: bool = True) -> int:
    """How many advisory locks transactions on this database have, or wait for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database "
            "WHERE locktype = 'advisory' AND granted = %s AND datname = current_database()",
            [granted],
        )
        return int(cursor.fetchone()[0])


class TestARefresher:
    def test_goes_on_while_the_legacy_side_runs(self, filled: list[Order]) -> None:
        Order.objects.update(note="changed")

        def legacy() -> Any:
            assert elsewhere(lambda: refresh(OrderSummary).rows.written) == 4
            return legacy_answer()

        seen = in_one_moment([OrderSummary], read_model_answer, legacy)
        assert seen.candidate == seen.legacy
        assert set(OrderSummary.objects.values_list("note", flat=True)) == {"changed"}

    def test_waits_while_the_candidate_runs(self, filled: list[Order]) -> None:
        Order.objects.update(note="changed")
        with ThreadPoolExecutor(1) as threads:
            refreshing = list[Future[Any]]()

            def candidate() -> None:
                refreshing.append(started(threads, lambda: refresh(OrderSummary).rows.written))
                assert eventually(lambda: locks(granted=False) == 1)
                assert not refreshing[0].done()

            in_one_moment([OrderSummary], candidate, list)
            assert refreshing[0].result(timeout=60) == 4

    def test_that_does_not_make_way_is_not_waited_for(self, filled: list[Order]) -> None:
        with changing(OrderSummary):
            with pytest.raises(NotCaughtUp) as refusal:
                elsewhere(lambda: in_one_moment([OrderSummary], list, list, limits=Limits(lock_seconds=0.05)))
            assert str(refusal.value) == (
                "orders_cqrs.OrderSummary: a refresh has not made way within 0.05 s."
            )
        assert in_one_moment([OrderSummary], list, list)

    def test_that_does_not_make_way_since_it_fills_is_named_so(self, filled: list[Order]) -> None:
        ReadModelState.objects.update(ready_at=None)
        with changing(OrderSummary), pytest.raises(NotCaughtUp, match=r"OrderSummary is being filled\."):
            elsewhere(lambda: in_one_moment([OrderSummary], list, list, limits=Limits(lock_seconds=0.05)))


class TestAWriter:
    def test_that_commits_meanwhile_is_seen_by_neither_side(self, filled: list[Order]) -> None:
        def write(note: str) -> None:
            elsewhere(lambda: Order.objects.update(note=note))

        def candidate() -> Any:
            write("while the candidate runs")
            return read_model_answer()

        def legacy() -> Any:
            write("while the legacy side runs")
            return legacy_answer()

        Order.objects.update(note="before")
        seen = in_one_moment([OrderSummary], candidate, legacy)
        assert seen.candidate == seen.legacy
        assert {row["note"] for row in seen.legacy} == {"before"}

    def test_that_has_not_committed_is_neither_waited_for_nor_seen(self, filled: list[Order]) -> None:
        with transaction.atomic():
            Order.objects.update(note="not committed")
            seen = elsewhere(lambda: in_one_moment([OrderSummary], read_model_answer, legacy_answer))
        assert seen.candidate == seen.legacy
        assert {row["note"] for row in seen.legacy} == {""}


class TestAnotherMoment:
    def test_that_wants_the_same_locks_has_its_turn(self, filled: list[Order]) -> None:
        backfill(SalesByCityAndDay)
        both_inside = threading.Barrier(2)

        def many(*read_models: Any) -> int:
            both_inside.wait(60)
            for _ in range(15):
                Order.objects.update(note="changed")
                seen = in_one_moment(read_models, read_model_answer, legacy_answer)
                assert seen.candidate == seen.legacy
            return 15

        with ThreadPoolExecutor(2) as threads:
            working = [
                started(threads, lambda: many(OrderSummary, SalesByCityAndDay)),
                started(threads, lambda: many(SalesByCityAndDay, OrderSummary)),
            ]
            wait(working, timeout=120)
        assert [one.result() for one in working] == [15, 15]

    def test_goes_on_while_the_legacy_side_runs(self, filled: list[Order]) -> None:
        seen = in_one_moment(
            [OrderSummary],
            list,
            lambda: elsewhere(lambda: in_one_moment([OrderSummary], read_model_answer, legacy_answer)),
        )
        assert seen.legacy.candidate == seen.legacy.legacy


class TestAViewThatRunsOtherwiseThere:
    """What it answers then says nothing about the data."""

    def test_its_statement_takes_too_long(self, filled: list[Order]) -> None:
        with pytest.raises(
            NotCaughtUp, match="The legacy view met: canceling statement due to statement timeout"
        ):
            in_one_moment(
                [OrderSummary],
                list,
                lambda: execute("SELECT pg_sleep(9)"),
                limits=Limits(statement_seconds=0.05),
            )

    def test_it_hides_that(self, filled: list[Order]) -> None:
        def hiding() -> str:
            try:
                with transaction.atomic():
                    execute("SELECT pg_sleep(9)")
            except Exception:  # noqa: BLE001
                return "500"
            return "200"

        with pytest.raises(NotCaughtUp, match="The candidate view met: canceling statement"):
            in_one_moment([OrderSummary], hiding, list, limits=Limits(statement_seconds=0.05))

    def test_it_goes_on_after_a_statement_that_failed(self, filled: list[Order]) -> None:
        def going_on() -> int:
            try:
                execute("SELECT * FROM nowhere")
            except Exception:  # noqa: BLE001
                return Order.objects.count()
            return 0

        with pytest.raises(NotCaughtUp, match="The legacy view met: current transaction is aborted"):
            in_one_moment([OrderSummary], list, going_on)

    def test_it_writes_what_another_has_written_since(self, filled: list[Order]) -> None:
        calls = list[int]()

        def legacy() -> int:
            calls.append(1)
            if len(calls) < 3:
                elsewhere(lambda: Customer.objects.update(phone="0"))
            return Customer.objects.update(phone="1")

        assert in_one_moment([OrderSummary], list, legacy).legacy == 2
        assert len(calls) == 3, "it is tried again in a new snapshot"

    def test_it_does_so_each_time(self, filled: list[Order]) -> None:
        calls = list[int]()

        def legacy() -> int:
            calls.append(1)
            elsewhere(lambda: Customer.objects.update(phone="0"))
            return Customer.objects.update(phone="1")

        with pytest.raises(NotCaughtUp, match="The legacy view met: could not serialize access"):
            in_one_moment([OrderSummary], list, legacy, limits=Limits(attempts=3))
        assert len(calls) == 3


def test_a_table_that_is_locked_is_given_up(filled: list[Order]) -> None:
    Order.objects.update(note="changed")
    with transaction.atomic():
        execute("LOCK TABLE orders_orderline")
        with pytest.raises(NotCaughtUp, match="canceling statement due to statement timeout"):
            elsewhere(
                lambda: in_one_moment([OrderSummary], list, list, limits=Limits(statement_seconds=0.05))
            )
    assert in_one_moment([OrderSummary], read_model_answer, legacy_answer).candidate == legacy_answer()


def test_no_lock_is_left(filled: list[Order]) -> None:
    def raising() -> None:
        raise ZeroDivisionError

    backfill(SalesByCityAndDay)
    OrderLine.objects.update(quantity=5)
    seen = in_one_moment([SalesByCityAndDay], locks, locks)
    assert (seen.candidate, seen.legacy) == (2, 0)
    with pytest.raises(ZeroDivisionError):
        in_one_moment([SalesByCityAndDay], raising, list)
    assert locks() == 0
