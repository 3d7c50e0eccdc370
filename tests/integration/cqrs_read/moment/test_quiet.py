"""A moment that is awaited: on SQLite, or where the read model is on another database than its source."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections, transaction

from cqrs_read.exceptions import NotCaughtUp
from cqrs_read.moment import Limits, Seen, in_one_moment
from cqrs_read.refresh import refresh
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer
from tests.integration.cqrs_read.store.test_other_alias import ALIAS, execute

pytestmark = pytest.mark.django_db(transaction=True)


def both(candidate: Any = read_model_answer, legacy: Any = legacy_answer, **limits: Any) -> Seen[Any, Any]:
    return in_one_moment([OrderSummary], candidate, legacy, limits=Limits(**limits))


class TestOnAnotherDatabase:
    def test_what_no_refresh_has_come_to_yet(self, filled_there: list[Order]) -> None:
        Order.objects.update(note="changed")
        assert both().candidate == legacy_answer()

    def test_a_row_that_is_wrong_stays_wrong(self, filled_there: list[Order]) -> None:
        execute(ALIAS, "UPDATE orders_cqrs_ordersummary SET note = 'wrong' WHERE id = %s", filled_there[0].pk)
        seen = both()
        assert [row["id"] for row in seen.candidate if row not in seen.legacy] == [filled_there[0].pk]

    def test_it_sees_one_state_of_each(self, filled_there: list[Order]) -> None:
        """A write, and the refresh after it, fall between two reads of either side."""
        reporting = connections[ALIAS]
        if reporting.vendor == "sqlite":
            execute(ALIAS, "PRAGMA journal_mode = WAL")

        def write(note: str) -> int:
            connections[ALIAS] = reporting.copy()
            try:
                Order.objects.update(note=note)
                return refresh(OrderSummary).keys
            finally:
                connections[ALIAS].close()
                connections["default"].close()

        def reading_twice(answer: Any, note: str) -> Any:
            def view() -> list[Any]:
                before = answer()
                with ThreadPoolExecutor(1) as threads:
                    assert threads.submit(write, note).result(timeout=60) == 5
                return [before, answer()]

            return view

        seen = both(reading_twice(read_model_answer, "first"), reading_twice(legacy_answer, "second"))
        for answer in (*seen.candidate, *seen.legacy):
            assert {row["note"] for row in answer} == {""}
        assert read_model_answer() == legacy_answer()

    def test_neither_connection_keeps_anything(self, filled_there: list[Order]) -> None:
        both()
        for alias in (ALIAS, "default"):
            assert connections[alias].get_autocommit()
            assert not connections[alias].in_atomic_block

    def test_an_open_transaction_on_either_is_in_the_way(self, filled_there: list[Order]) -> None:
        for alias in (ALIAS, "default"):
            with (
                transaction.atomic(using=alias),
                pytest.raises(NotCaughtUp, match=f"open on '{alias}'"),
            ):
                both()

    def test_while_nobody_can_refresh_there_is_none(
        self, filled_there: list[Order], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Order.objects.update(note="changed")
        monkeypatch.setattr("cqrs_read.moment.quiet._refresh", lambda read_model: None)
        with pytest.raises(NotCaughtUp, match="OrderSummary is behind, and writes go on"):
            both(attempts=3)


@pytest.mark.sqlite
class TestOnSQLite:
    def test_the_writer_is_not_waited_for(self, filled: list[Order]) -> None:
        """The settings have transactions begin as the writer."""
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("UPDATE orders_order SET note = 'not committed'")
        seen = both()
        other.close()
        assert seen.candidate == seen.legacy
        assert {row["note"] for row in seen.legacy} == {""}

    def test_a_writer_does_not_wait(self, filled: list[Order]) -> None:
        other = connection.copy()

        def legacy() -> Any:
            with other.cursor() as cursor:
                cursor.execute("UPDATE orders_order SET note = 'committed'")
            return legacy_answer()

        seen = both(legacy=legacy)
        other.close()
        assert seen.candidate == seen.legacy
        assert set(Order.objects.values_list("note", flat=True)) == {"committed"}

    def test_a_view_that_writes_behind_another_writer_is_tried_again(self, filled: list[Order]) -> None:
        calls, other = list[int](), connection.copy()

        def legacy() -> int:
            calls.append(1)
            Order.objects.count()
            if len(calls) < 3:
                with other.cursor() as cursor:
                    cursor.execute("UPDATE orders_order SET status = 'paid'")
            return Order.objects.update(note="seen")

        assert both(list, legacy).legacy == 5
        other.close()
        assert len(calls) == 3

    def test_where_there_is_no_wal(self, filled: list[Order]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode = DELETE")
        try:
            Order.objects.update(note="changed")
            assert both().candidate == legacy_answer()
        finally:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA journal_mode = WAL")
