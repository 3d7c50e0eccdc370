"""Recomputing some keys: what is written, what is deleted, and with how many statements."""

from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from cqrs_read.models import ReadModelState
from cqrs_read.refresh import consume, refresh
from cqrs_read.refresh.attend import attend_all
from cqrs_read.standing.state import state_of
from cqrs_read.store.rows import RowsChanged, changing, recompute, refreshing
from cqrs_write.backends import load
from legacy_app.orders.models import Order, OrderLine
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = pytest.mark.django_db(transaction=True)

# Whatever a key of text may hold.
AWKWARD = ["", "NULL", "a,b", "{c}", 'say "d"', "back\\slash", "it's", "%s", " e ", "ü", "line\nbreak"]


class Recomputed:
    """The rows that changed when ``keys`` were recomputed, and the statements that deleted."""

    def __init__(self, keys: list[str]) -> None:
        with CaptureQueriesContext(connection) as captured, changing(OrderSummary):
            self.rows = recompute(OrderSummary, keys)
        self.deletes = [query for query in captured if query["sql"].startswith("DELETE")]


def keys_of(orders: list[Order]) -> list[str]:
    return [str(order.pk) for order in orders]


class TestDeletion:
    @pytest.mark.postgresql
    @pytest.mark.parametrize("note", ["", "changed"], ids=["no row changes", "each row changes"])
    def test_nothing_is_looked_for_where_every_key_has_a_row(self, note: str, filled: list[Order]) -> None:
        Order.objects.update(note=note)
        done = Recomputed(keys_of(filled[:4]))
        assert done.rows == RowsChanged(written=4 if note else 0)
        assert done.deletes == []

    @pytest.mark.postgresql
    def test_nor_where_a_key_is_given_twice(self, filled: list[Order]) -> None:
        assert Recomputed(keys_of([filled[0], *filled[:4]])).deletes == []

    def test_what_the_filter_no_longer_lets_in_goes(self, filled: list[Order]) -> None:
        Order.objects.filter(pk=filled[0].pk).update(cancelled=True)
        done = Recomputed(keys_of(filled[:4]))
        assert done.rows == RowsChanged(deleted=1)
        assert len(done.deletes) == 1
        assert read_model_answer() == legacy_answer()

    def test_what_goes_is_not_hidden_by_what_comes(self, filled: list[Order]) -> None:
        Order.objects.filter(pk=filled[0].pk).update(cancelled=True)
        Order.objects.filter(pk=filled[4].pk).update(cancelled=False)
        assert Recomputed(keys_of(filled)).rows == RowsChanged(written=1, deleted=1)
        assert read_model_answer() == legacy_answer()

    def test_a_key_that_never_was_deletes_nothing(self, filled: list[Order]) -> None:
        assert Recomputed(["999999"]).rows == RowsChanged()
        assert read_model_answer() == legacy_answer()


@pytest.mark.postgresql
def test_awkward_keys_reach_the_database_as_they_are() -> None:
    backend = load("cqrs_read", "keys", "default")
    with connection.cursor() as cursor:
        for keys in (AWKWARD, AWKWARD[:1], []):
            cursor.execute(backend.given(), [backend.adapted(keys)])
            assert [key for (key,) in cursor.fetchall()] == keys


class TestStatements:
    """Each costs a round trip, and a busy follower makes all of them many times a second."""

    @pytest.fixture
    def changed(self, filled: list[Order]) -> list[Order]:
        for quantity in (6, 7):  # only the first window asks for the types of the keys
            refresh(OrderSummary)
            OrderLine.objects.filter(order=filled[0]).update(quantity=quantity)
        return filled

    @pytest.mark.postgresql
    def test_a_window_takes_five(self, changed: list[Order], django_assert_num_queries: Any) -> None:
        around = 2  # BEGIN and COMMIT
        with django_assert_num_queries(5 + around):
            consume(OrderSummary, wait=False)

    @pytest.mark.postgresql
    def test_a_pass_takes_two_more(self, changed: list[Order], django_assert_num_queries: Any) -> None:
        around = 2
        with django_assert_num_queries(7 + around):
            attend_all([OrderSummary])


def test_rows_are_not_stored_without_their_position(
    filled: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    Order.objects.update(note="changed")
    position = state_of(OrderSummary).position

    def recompute_and_lose(read_model: Any, keys: list[str]) -> RowsChanged:
        done = recompute(read_model, keys)
        ReadModelState.objects.all().delete()
        return done

    monkeypatch.setattr("cqrs_read.refresh.turn.recompute", recompute_and_lose)
    with pytest.raises(DatabaseError, match="is gone"):
        refresh(OrderSummary)
    assert state_of(OrderSummary).position == position
    assert set(OrderSummary.objects.values_list("note", flat=True)) == {""}


@pytest.mark.postgresql
@pytest.mark.parametrize("transaction_of", [changing, refreshing])
def test_nothing_is_compiled_for_a_few_rows(transaction_of: Any) -> None:
    """A declaration of many columns looks costly enough for it, and that takes longer than the rows."""
    with connection.cursor() as cursor:
        with transaction_of(OrderSummary):
            cursor.execute("SHOW jit")
            assert cursor.fetchone() == ("off",)
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("on",)
