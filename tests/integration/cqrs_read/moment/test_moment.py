"""In one moment: both sides see one state, in which read models are caught up; nothing stays, and nothing is hidden."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from cqrs_read import backfill as backfills
from cqrs_read.backfill import backfill
from cqrs_read.exceptions import NotCaughtUp
from cqrs_read.models import Backlog, ReadModelState
from cqrs_read.moment import Limits, Seen, in_one_moment
from cqrs_read.refresh import consume
from cqrs_write import changelog
from cqrs_write.capture.install import install, remove
from legacy_app.orders.models import Order, OrderLine
from legacy_app.orders_cqrs.read_models import OrderSummary, ProductCard, SalesByCityAndDay
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = pytest.mark.django_db(transaction=True)


def execute(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def both(**options: Any) -> Seen[Any, Any]:
    return in_one_moment([OrderSummary], read_model_answer, legacy_answer, **options)


def never() -> None:
    raise AssertionError("there is no moment")


def refused(*read_models: Any, **limits: Any) -> str:
    """Why there is no moment; neither side is called then."""
    with pytest.raises(NotCaughtUp) as refusal:
        in_one_moment(read_models or [OrderSummary], never, never, limits=Limits(**limits))
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


def what_there_is() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())  # type: ignore[attr-defined]
        for model in (OrderSummary, ReadModelState, Backlog)
    ]


class TestSeen:
    def test_what_is_caught_up_already(self, filled: list[Order]) -> None:
        seen = both()
        assert seen.candidate == seen.legacy
        assert len(seen.candidate) == 4

    def test_what_no_refresh_has_come_to_yet(self, filled: list[Order]) -> None:
        Order.objects.update(note="changed")
        OrderLine.objects.update(quantity=7)
        filled[0].delete()
        Order.objects.update(cancelled=False)
        assert read_model_answer() != legacy_answer()
        seen = both()
        assert seen.candidate == seen.legacy
        assert len(seen.candidate) == 4

    def test_what_waits_in_the_backlog(self, filled: list[Order], settings: Any) -> None:
        settings.CQRS_READ = {"REFRESH_KEYS": 2}
        for order in filled:
            Order.objects.filter(pk=order.pk).update(note=f"note {order.pk}")
        consume(OrderSummary)
        assert Backlog.objects.count() > 0
        seen = both()
        assert seen.candidate == seen.legacy

    def test_a_row_that_is_wrong_stays_wrong(self, filled: list[Order]) -> None:
        execute("UPDATE orders_cqrs_ordersummary SET total = 1 WHERE id = %s", filled[0].pk)
        Order.objects.filter(pk=filled[1].pk).update(note="changed")
        seen = both()
        assert [
            here["id"] for here, there in zip(seen.candidate, seen.legacy, strict=True) if here != there
        ] == [filled[0].pk]

    def test_a_write_that_capture_has_missed(self, filled: list[Order]) -> None:
        remove("default")
        try:
            Order.objects.filter(pk=filled[2].pk).update(note="unseen")
        finally:
            install("default")
        # Installing has every row computed anew; here it is as if nobody had noticed.
        ReadModelState.objects.update(position=changelog.now("default"))
        seen = both()
        assert [row["id"] for row in seen.candidate if row not in seen.legacy] == [filled[2].pk]

    def test_one_that_is_computed_from_another(self, filled: list[Order]) -> None:
        backfill(SalesByCityAndDay)
        Order.objects.filter(cancelled=True).update(cancelled=False)
        OrderLine.objects.update(unit_price="100.00", quantity=1)
        seen = in_one_moment(
            [SalesByCityAndDay],
            lambda: [(row.orders, row.items, row.revenue) for row in SalesByCityAndDay.objects.all()],
            lambda: [(Order.objects.count(), OrderLine.objects.count(), OrderLine.objects.count() * 100)],
        )
        assert seen.candidate == seen.legacy == [(5, 9, 900)]

    def test_several_read_models(self, filled: list[Order]) -> None:
        backfill(ProductCard)
        OrderLine.objects.update(quantity=3)
        seen = in_one_moment(
            [ProductCard, OrderSummary],
            lambda: (
                sum(ProductCard.objects.values_list("sold", flat=True)),
                sum(OrderSummary.objects.values_list("item_count", flat=True)),
            ),
            lambda: (OrderLine.objects.count() * 3, OrderLine.objects.count() * 3),
        )
        assert seen.candidate == seen.legacy


class TestNothingStays:
    def test_of_what_is_caught_up(self, filled: list[Order]) -> None:
        Order.objects.update(note="changed")
        consume(OrderSummary)
        before = what_there_is()
        both()
        assert what_there_is() == before

    @pytest.mark.postgresql
    def test_where_it_is_caught_up_for_the_moment_only(self, filled: list[Order]) -> None:
        Order.objects.update(note="changed")
        before = what_there_is()
        seen = both()
        assert seen.candidate == seen.legacy
        assert what_there_is() == before

    def test_of_what_the_sides_write(self, filled: list[Order]) -> None:
        done = list[str]()

        def write(note: str) -> Callable[[], list[str]]:
            def view() -> list[str]:
                with transaction.atomic(durable=True):
                    Order.objects.filter(pk=filled[0].pk).update(note=note)
                    transaction.on_commit(lambda: done.append(note))
                return list(Order.objects.exclude(note="").values_list("note", flat=True))

            return view

        seen = in_one_moment([OrderSummary], write("candidate"), write("legacy"))
        assert (seen.candidate, seen.legacy) == (["candidate"], ["legacy"]), "neither sees the other's writes"
        assert not Order.objects.exclude(note="").exists()
        with transaction.atomic():
            Order.objects.update(status="paid")
        assert done == []

    @pytest.mark.parametrize("side", ["candidate", "legacy"])
    def test_where_a_side_raises(self, side: str, filled: list[Order]) -> None:
        def raising() -> None:
            Order.objects.update(note="gone")
            raise ZeroDivisionError

        before = what_there_is()
        views: dict[str, Any] = {"candidate": list, "legacy": list, side: raising}
        with pytest.raises(ZeroDivisionError):
            in_one_moment([OrderSummary], **views)
        assert what_there_is() == before
        assert not Order.objects.filter(note="gone").exists()
        assert both().candidate == legacy_answer()

    def test_where_a_statement_of_a_side_fails(self, filled: list[Order]) -> None:
        def failing() -> None:
            execute("SELECT * FROM nowhere")

        with pytest.raises(DatabaseError, match="nowhere"):
            in_one_moment([OrderSummary], failing, never)
        with pytest.raises(DatabaseError, match="nowhere"):
            in_one_moment([OrderSummary], list, failing)
        assert both().candidate == legacy_answer()

    def test_of_the_connection(self, filled: list[Order]) -> None:
        wrappers = list(connection.execute_wrappers)
        both()
        assert connection.get_autocommit()
        assert not connection.in_atomic_block
        assert connection.execute_wrappers == wrappers

    @pytest.mark.postgresql
    def test_of_its_settings(self, filled: list[Order]) -> None:
        names = ("transaction_isolation", "statement_timeout", "lock_timeout", "jit", "random_page_cost")

        def settings() -> list[str]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_setting(n) FROM unnest(%s::text[]) n", [list(names)])
                return [setting for (setting,) in cursor.fetchall()]

        before = settings()
        seen = in_one_moment([OrderSummary], settings, settings, limits=Limits(statement_seconds=7))
        assert seen.legacy == ["repeatable read", "7s", *before[2:]]
        assert settings() == before

    @pytest.mark.sqlite
    def test_of_its_way_to_begin(self, filled: list[Order]) -> None:
        mode = connection.transaction_mode  # type: ignore[attr-defined]
        both()
        assert connection.transaction_mode == mode == "IMMEDIATE"  # type: ignore[attr-defined]


class TestWithoutReadModels:
    def test_both_see_one_state(self, shop: list[Order]) -> None:
        def count_and_add() -> int:
            Order.objects.create(customer=shop[0].customer, number="X")
            return Order.objects.count()

        seen = in_one_moment([], count_and_add, Order.objects.count)
        assert (seen.candidate, seen.legacy) == (len(shop) + 1, len(shop))
        assert Order.objects.count() == len(shop)


class TestRefused:
    def test_one_that_was_never_filled(self, shop: list[Order]) -> None:
        assert "has not been backfilled" in refused()

    def test_one_that_is_being_filled(self, filled: list[Order]) -> None:
        backfills.start(OrderSummary)
        ReadModelState.objects.update(ready_at=None)
        assert refused() == "orders_cqrs.OrderSummary is being filled."

    def test_one_that_was_declared_differently(self, filled: list[Order]) -> None:
        ReadModelState.objects.update(fingerprint="another")
        assert "declared differently" in refused()

    def test_one_that_follows_from_one_that_is_not_served(self, filled: list[Order]) -> None:
        backfill(SalesByCityAndDay)
        ReadModelState.objects.filter(name="orders_cqrs.OrderSummary").update(ready_at=None)
        assert refused(SalesByCityAndDay) == "orders_cqrs.OrderSummary is being filled."

    def test_keys_that_could_not_be_stored(self, filled: list[Order]) -> None:
        execute("CREATE UNIQUE INDEX one_note ON orders_cqrs_ordersummary (note) WHERE note <> ''")
        try:
            Order.objects.filter(pk__lte=filled[1].pk).update(note="twice")
            consume(OrderSummary)
            assert "could not store key" in refused()
        finally:
            execute("DROP INDEX one_note")

    @pytest.mark.postgresql
    def test_keys_that_cannot_be_stored_now(self, filled: list[Order]) -> None:
        execute("CREATE UNIQUE INDEX one_note ON orders_cqrs_ordersummary (note) WHERE note <> ''")
        try:
            Order.objects.filter(pk__lte=filled[1].pk).update(note="twice")
            assert "one_note" in refused()
            assert not Backlog.objects.exists(), "nothing is parked"
        finally:
            execute("DROP INDEX one_note")

    def test_everything_may_have_changed(self, filled: list[Order]) -> None:
        changelog.log_everything("default", ["orders_payment.order_id"])
        assert refused().endswith("writes went by unseen on orders_payment.order_id.")
        assert ReadModelState.objects.get().ready_at is not None, "that is for the refresher to decide"

    def test_a_position_of_another_database(self, filled: list[Order]) -> None:
        ReadModelState.objects.update(origin="another")
        assert "belongs to another database" in refused()

    def test_a_window_that_is_too_large(self, filled: list[Order]) -> None:
        Order.objects.update(note="changed")
        assert refused(keys=4) == "orders_cqrs.OrderSummary is more than 4 keys behind."
        assert both(limits=Limits(keys=5)).candidate == legacy_answer()

    def test_a_backlog_that_is_too_large(self, filled: list[Order]) -> None:
        keys = [str(order.pk) for order in filled]
        Backlog.objects.create(read_model="orders_cqrs.OrderSummary", keys=keys)
        assert refused(keys=4) == "orders_cqrs.OrderSummary is more than 4 keys behind."

    def test_a_backlog_of_too_many_rows(self, filled: list[Order]) -> None:
        for _ in range(21):
            Backlog.objects.create(
                read_model="orders_cqrs.OrderSummary", keys=["1"], logged_at=timezone.now()
            )
        assert "keys behind" in refused()

    @pytest.mark.postgresql
    def test_a_change_that_fans_out_too_far(self, filled: list[Order]) -> None:
        OrderLine.objects.filter(product="A").update(product="B")
        assert refused(keys=3) == "orders_cqrs.OrderSummary is more than 3 keys behind."

    def test_within_a_transaction(self, filled: list[Order]) -> None:
        with transaction.atomic():
            assert refused() == "A transaction is open on 'default', and a moment needs one of its own."

    def test_where_it_is_read_from_a_replica(self, filled: list[Order], settings: Any) -> None:
        class Router:
            def db_for_read(self, model: Any, **hints: Any) -> str | None:
                return "replica" if model is Order else None

        settings.DATABASE_ROUTERS = [Router()]
        assert "orders.Order is read from 'replica'" in refused()

    def test_a_side_that_closes_the_connection(self, filled: list[Order]) -> None:
        with pytest.raises(NotCaughtUp, match="The legacy view has closed the connection 'default'"):
            in_one_moment([OrderSummary], list, connection.close)
        assert both().candidate == legacy_answer()
