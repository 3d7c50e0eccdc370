"""What a token asks of a read model: never rows without what it covers, and nothing beyond that."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any, TypeVar

import pytest
from django.db import ProgrammingError, connection, connections, transaction

from cqrs_read.backfill import advance, backfill, running
from cqrs_read.models import Backlog, ReadModelState
from cqrs_read.rebuild import rebuild
from cqrs_read.refresh import consume, refresh
from cqrs_read.standing import freshness
from cqrs_read.standing.freshness import Demand, look, reason_not_fresh
from cqrs_write import changelog
from cqrs_write.freshness import Token, mark
from cqrs_write.trimming import trim
from legacy_app.customers.models import Customer
from legacy_app.customers_cqrs.read_models import CustomerCard
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary, SalesByCityAndDay
from legacy_app.rides.models import Driver
from legacy_app.rides_cqrs.read_models import DriverCard
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")

numbers = count()


def elsewhere(function: Callable[[], T]) -> T:
    """Call it over another connection."""

    def call() -> T:
        try:
            return function()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()


def reason(token: Token, read_model: Any = OrderSummary) -> str:
    return reason_not_fresh(read_model, token)


def written() -> Token:
    """Every order is changed, and the writer has its token."""
    Order.objects.update(note=f"changed {next(numbers)}")
    return mark()


def written_elsewhere() -> Token:
    """The same of a table that no order is shown with."""
    Driver.objects.create(name="driver", plate=str(next(numbers)))
    return mark()


def execute(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def round_trips(function: Callable[[], object]) -> int:
    asked: list[str] = []

    def note(execute: Callable[..., object], sql: str, *arguments: object) -> object:
        asked.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(note):
        function()
    return len(asked)


class TestWrites:
    def test_rows_without_the_write_are_not_fresh_until_a_refresh_has_it(self, filled: list[Order]) -> None:
        token = written()
        assert reason(token) == ("orders_cqrs.OrderSummary has not consumed what the freshness token covers.")
        assert reason(token)
        refresh(OrderSummary)
        assert reason(token) == ""

    def test_a_token_from_before_the_write_does_not_ask_for_it(self, filled: list[Order]) -> None:
        token = mark()
        elsewhere(written)
        assert reason(token) == ""
        assert reason(mark())

    def test_changes_of_other_tables_do_not_matter(self, filled: list[Order]) -> None:
        backfill(DriverCard)
        token = written_elsewhere()
        assert reason(token) == ""
        assert reason(token, DriverCard)

    def test_changes_of_columns_that_it_does_not_use_do_not_matter(self, filled: list[Order]) -> None:
        execute("UPDATE orders_order SET updated_at = updated_at")
        assert reason(mark()) == ""

    def test_what_is_far_away_from_the_source_matters(self, filled: list[Order]) -> None:
        execute("UPDATE orders_category SET name = 'Yard'")
        assert reason(mark())
        refresh(OrderSummary)
        assert reason(mark()) == ""

    def test_everything_may_have_changed(self, filled: list[Order]) -> None:
        changelog.log_everything("default", ["orders_order.id"])
        token = mark()
        assert reason(token)
        refresh(OrderSummary)
        # It has consumed that; its rows are still to be computed anew.
        assert reason(token).endswith("is being filled.")
        repair()
        assert reason(token) == ""

    def test_a_write_in_the_own_transaction_is_asked_for(self, filled: list[Order]) -> None:
        with transaction.atomic():
            assert reason(mark()) == ""
            assert reason(written())

    def test_all_read_models_of_an_endpoint_must_be_fresh(self, filled: list[Order]) -> None:
        backfill(CustomerCard)
        Customer.objects.update(name="renamed")
        demand = Demand(token=mark())
        assert len(look([OrderSummary, CustomerCard], demand).lacking) == 2
        refresh(OrderSummary)
        (lacking,) = look([OrderSummary, CustomerCard], demand).lacking
        assert lacking.name == "customers_cqrs.CustomerCard"
        refresh(CustomerCard)
        assert look([OrderSummary, CustomerCard], demand).reason == ""


@pytest.mark.postgresql
class TestTransactionsBeside:
    """SQLite has one writer at a time."""

    @pytest.fixture
    def beside(self, filled: list[Order]) -> Iterator[Any]:
        """A transaction over another connection, which has changed an order and stays open."""
        other = connection.copy("beside")
        other.connect()
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("UPDATE orders_order SET note = 'open' WHERE id = %s", [filled[0].pk])
        yield other
        other.rollback()
        other.close()

    def test_an_open_one_holds_nobody_up(self, beside: Any, filled: list[Order]) -> None:
        Order.objects.filter(pk=filled[1].pk).update(note="changed")
        token = mark()
        assert reason(token)
        refresh(OrderSummary)
        assert reason(token) == ""

    def test_it_is_asked_for_once_it_has_committed(self, beside: Any, filled: list[Order]) -> None:
        Order.objects.filter(pk=filled[1].pk).update(note="changed")
        token = mark()
        refresh(OrderSummary)
        assert reason(token) == ""
        beside.commit()
        assert reason(token)
        refresh(OrderSummary)
        assert reason(token) == ""

    def test_the_writer_may_have_its_token_before_its_commit(self, filled: list[Order]) -> None:
        with transaction.atomic():
            token = written()
            elsewhere(lambda: refresh(OrderSummary))
            # Nobody else sees the write yet, neither here nor there.
            assert elsewhere(lambda: reason(token)) == ""
        assert reason(token)
        refresh(OrderSummary)
        assert reason(token) == ""

    def test_what_one_look_has_found_does_not_hide_what_commits_after_it(
        self, beside: Any, filled: list[Order]
    ) -> None:
        backfill(DriverCard)
        token = written_elsewhere()
        assert reason(token) == ""
        beside.commit()
        assert reason(token)

    def test_an_index_serves_behind_a_long_one_whatever_the_statistics_say(
        self, beside: Any, filled: list[Order]
    ) -> None:
        execute("DELETE FROM cqrs_change_log")
        execute("VACUUM ANALYZE cqrs_change_log")
        execute(
            "INSERT INTO cqrs_change_log (xid, stream, keys) "
            "SELECT (3 + i %% 500)::text::xid8, 'other', '{1}' FROM generate_series(1, 60000) i"
        )
        Order.objects.filter(pk=filled[1].pk).update(note="changed")
        refresh(OrderSummary)
        plans: list[str] = []

        def explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            if "cqrs_change_log l" in sql:
                execute(f"EXPLAIN {sql}", params, many, context)
                plans.append("\n".join(line for (line,) in context["cursor"].fetchall()))
            return execute(sql, params, many, context)

        token = written_elsewhere()
        with connection.execute_wrapper(explain):
            assert reason(token) == ""
        (plan,) = plans
        assert plan.count("cqrs_change_log_xid") == 2
        assert "Seq Scan on cqrs_change_log l" not in plan


class TestRoundTrips:
    """Eventually: a transaction of another test's, on the same server, may keep a position from telling."""

    def test_one_is_enough_where_the_position_tells(self, filled: list[Order]) -> None:
        token = written()

        def takes_one() -> bool:
            refresh(OrderSummary)
            return round_trips(lambda: reason(token)) == 1

        assert eventually(takes_one)

    def test_the_change_log_is_not_asked_twice_about_the_same(self, filled: list[Order]) -> None:
        backfill(DriverCard)
        token = written_elsewhere()
        assert round_trips(lambda: reason(token)) == 2
        assert eventually(lambda: round_trips(lambda: reason(token)) == 1)
        token |= written_elsewhere()
        assert round_trips(lambda: reason(token)) == 2

    def test_several_read_models_take_no_more(self, filled: list[Order]) -> None:
        backfill(CustomerCard)
        Customer.objects.update(name="renamed")
        demand = Demand(token=mark())
        assert round_trips(lambda: look([OrderSummary, CustomerCard], demand)) == 2


class TestBacklog:
    def test_a_backlog_is_not_fresh(self, filled: list[Order], settings: Any) -> None:
        settings.CQRS_READ = {"REFRESH_KEYS": 1}
        token = written()
        consume(OrderSummary)
        assert Backlog.objects.exists()
        assert reason(token).endswith("has a backlog to work off.")
        refresh(OrderSummary)
        assert reason(token) == ""

    def test_parked_keys_are_not_fresh(self, filled: list[Order]) -> None:
        execute("CREATE UNIQUE INDEX one_note ON orders_cqrs_ordersummary (note) WHERE note <> ''")
        try:
            token = written()
            refresh(OrderSummary)
            assert reason(token).endswith("has a backlog to work off.")
        finally:
            execute("DROP INDEX one_note")


class TestReadModelsOfReadModels:
    @pytest.fixture(autouse=True)
    def _sales(self, filled: list[Order]) -> None:
        backfill(SalesByCityAndDay)

    def test_the_whole_chain_must_have_consumed_the_write(self) -> None:
        Customer.objects.update(city="Oslo")
        token = mark()
        assert "OrderSummary has not consumed" in reason(token, SalesByCityAndDay)
        refresh(OrderSummary)
        assert reason(token) == ""
        # What the first has changed is newer than the token, and yet follows from what that covers.
        assert "SalesByCityAndDay has not consumed" in reason(token, SalesByCityAndDay)
        refresh(SalesByCityAndDay)
        assert reason(token, SalesByCityAndDay) == ""

    def test_later_changes_are_not_waited_for(self) -> None:
        Customer.objects.update(city="Oslo")
        demand = Demand(token=mark())
        refresh(OrderSummary)
        assert look([SalesByCityAndDay], demand).reason
        refresh(SalesByCityAndDay)
        Customer.objects.update(city="Bergen")
        refresh(OrderSummary)
        assert look([SalesByCityAndDay], demand).reason == ""

    def test_it_takes_two_round_trips(self) -> None:
        Customer.objects.update(city="Oslo")
        demand = Demand(token=mark())
        assert round_trips(lambda: look([SalesByCityAndDay], demand)) == 2


class TestTokensOfOtherDatabases:
    """They ask for everything that was there at the first look: what they cover cannot be told."""

    foreign = Token(numbers={"deadbeef": 1})

    def test_they_are_met_by_rows_that_contain_everything(self, filled: list[Order]) -> None:
        found = look([OrderSummary], Demand(token=self.foreign))
        assert (found.reason, found.foreign) == ("", True)
        written()
        assert reason(self.foreign)
        refresh(OrderSummary)
        assert reason(self.foreign) == ""

    def test_later_changes_are_not_waited_for(self, filled: list[Order]) -> None:
        written()
        demand = Demand(token=self.foreign)
        assert look([OrderSummary], demand).reason
        refresh(OrderSummary)
        Order.objects.update(note="later")
        assert look([OrderSummary], demand).reason == ""

    def test_beside_one_of_this_database_they_ask_for_nothing(self, filled: list[Order]) -> None:
        token = mark() | self.foreign
        elsewhere(written)
        found = look([OrderSummary], Demand(token=token))
        assert (found.reason, found.foreign) == ("", False)


class TestAfterAFailover:
    """The origin changes: positions and tokens from before belong to another history."""

    @pytest.fixture
    def failed_over(self, filled: list[Order]) -> Token:
        """The token of a write before it; what was written is still there."""
        Order.objects.update(note="before")
        token = mark()
        name = next(iter(token.numbers))
        ReadModelState.objects.update(origin="the database before")
        return Token(numbers={"deadbeef": token.numbers[name]})

    def test_no_token_is_met_until_the_read_model_is_repaired(self, failed_over: Token) -> None:
        for token in (failed_over, mark()):
            assert reason(token).endswith("has the position of another database, and is to be repaired.")
        refresh(OrderSummary)
        for token in (failed_over, mark()):
            assert reason(token).endswith("is being filled.")
        repair()
        for token in (failed_over, mark()):
            assert reason(token) == ""
        assert set(OrderSummary.objects.values_list("note", flat=True)) == {"before"}


class TestWhatIsToBeRepaired:
    def test_the_log_was_trimmed_beyond_its_position(self, filled: list[Order]) -> None:
        was = ReadModelState.objects.get().position
        token = written()
        refresh(OrderSummary)
        assert trim("default").rows
        ReadModelState.objects.update(position=was)
        assert reason(token).endswith("is behind what the change log still has, and is to be repaired.")
        refresh(OrderSummary)
        assert reason(token)
        repair()
        assert reason(token) == ""

    @pytest.mark.postgresql
    def test_a_change_could_not_be_logged(self, filled: list[Order]) -> None:
        with transaction.atomic():
            execute("SELECT nextval('cqrs_capture_lost')")
            token = written()
        assert "misses a change that could not be logged" in reason(token)
        refresh(OrderSummary)
        assert reason(token)
        repair()
        assert reason(token) == ""

    def test_it_was_never_filled(self, shop: list[Order]) -> None:
        assert reason(mark()).endswith("has not been backfilled.")

    def test_it_was_declared_differently(self, filled: list[Order]) -> None:
        ReadModelState.objects.update(fingerprint="another")
        assert reason(mark()).endswith("was declared differently when it was filled.")

    def test_it_is_filled_anew_in_its_place(self, filled: list[Order]) -> None:
        token = written()
        backfill(OrderSummary, chunk=2, stopped=after(1))
        assert reason(token)
        backfill(OrderSummary)
        refresh(OrderSummary)
        assert reason(token) == ""


class TestRebuild:
    def test_after_the_swap_tokens_are_met_as_before(self, filled: list[Order]) -> None:
        before = written()
        rebuild(OrderSummary, force=True, chunk=2)
        assert reason(before) == ""
        after = written()
        assert reason(after)
        refresh(OrderSummary)
        assert reason(after) == ""

    def test_what_was_remembered_of_the_old_table_is_not_believed_of_the_new(
        self, filled: list[Order]
    ) -> None:
        assert reason(written_elsewhere()) == ""
        rebuild(OrderSummary, force=True)
        token = written()
        assert reason(token)


@pytest.mark.postgresql
def test_a_user_that_may_only_select_can_ask(filled: list[Order]) -> None:
    tables = (
        "cqrs_read_model_state, cqrs_backlog, cqrs_change_log, cqrs_change_log_trimmed, cqrs_capture_lost"
    )
    backfill(DriverCard)
    fresh, stale = written_elsewhere(), written()
    with transaction.atomic():
        execute("CREATE ROLE only_reads")
        execute(f"GRANT SELECT ON {tables} TO only_reads")
        execute("SET LOCAL ROLE only_reads")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            execute("SELECT * FROM orders_order")
        assert reason(stale).startswith("orders_cqrs.OrderSummary has not consumed")
        assert reason(fresh) == ""
        transaction.set_rollback(True)


def test_upstream_is_looked_at_once() -> None:
    assert set(freshness.with_upstream([SalesByCityAndDay, OrderSummary])) == {
        SalesByCityAndDay,
        OrderSummary,
    }


def repair() -> None:
    while run := running(OrderSummary):
        advance(OrderSummary, run)
    refresh(OrderSummary)


def after(chunks: int) -> Any:
    asked = iter(range(chunks + 1))
    return lambda: next(asked) == chunks
