"""Whatever writes the legacy tables: after a refresh the read model answers as the legacy side does."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F

from cqrs_read import backfill as backfills
from cqrs_read.models import BackfillRun, ReadModelState
from cqrs_read.refresh import refresh
from cqrs_read.refresh.follow import follow
from cqrs_read.standing.serving import forget, reason_not_to_serve
from cqrs_write import changelog
from cqrs_write.capture.install import install, remove
from legacy_app.customers.models import Customer
from legacy_app.orders import pricing
from legacy_app.orders.models import Category, Order, OrderLine, Payment, Product
from legacy_app.orders_cqrs.read_models import OrderSummary

pytestmark = pytest.mark.django_db(transaction=True)


def execute(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


WRITES = {
    "a new order": lambda: Order.objects.create(customer=Customer.objects.first()),
    "an order that changes": lambda: Order.objects.filter(status="new").update(status="paid"),
    "an order of another customer now": lambda: Order.objects.update(customer=Customer.objects.last()),
    "an order that the filter lets out": lambda: Order.objects.filter(pk=_first()).update(cancelled=True),
    "an order that the filter lets in": lambda: Order.objects.update(cancelled=False),
    "an order that goes, with its children": lambda: Order.objects.get(pk=_first()).delete(),
    "a customer who is renamed": lambda: Customer.objects.filter(name="ada").update(name="Ada Berg"),
    "a customer who is hidden by the default manager": lambda: Customer.objects.first().delete(),
    "lines that change": lambda: OrderLine.objects.update(quantity=F("quantity") * 2, discount="0.01"),
    "lines that move": lambda: OrderLine.objects.filter(product="B").update(order=_first()),
    "lines that go": lambda: OrderLine.objects.filter(product="A").delete(),
    "a product that is renamed": lambda: Product.objects.filter(sku="B").update(name="Better B"),
    "a product of another category": lambda: Product.objects.update(category=Category.objects.last()),
    "a category that is renamed": lambda: Category.objects.filter(slug="garden").update(name="Yard"),
    "a category that goes": lambda: Category.objects.filter(slug="garden").delete(),
    "a payment that is captured": lambda: Payment.objects.update(status="captured"),
    "payments that go": lambda: Payment.objects.all().delete(),
    "the nightly price change": lambda: pricing.change_prices(10),
    "raw SQL": lambda: execute("UPDATE orders_orderline SET unit_price = unit_price * 3 WHERE quantity > 1"),
    "lines with an awkward price": lambda: OrderLine.objects.update(unit_price="0.07", quantity=3),
}


def _first() -> int:
    return Order.objects.order_by("id").values_list("pk", flat=True)[0]


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_after(write: Any, filled: list[Order], refreshed: Any) -> None:
    write()
    refreshed()


def test_only_touched_rows_are_recomputed(filled: list[Order]) -> None:
    Customer.objects.filter(name="ada").update(name="Ada")
    done = refresh(OrderSummary)
    assert (done.keys, done.rows.written) == (3, 2)  # the cancelled order has no row


def test_a_second_refresh_finds_nothing(filled: list[Order]) -> None:
    Order.objects.update(note="changed")
    assert refresh(OrderSummary).keys == 5
    assert refresh(OrderSummary).keys == 0


def test_a_change_that_comes_back_writes_no_row(filled: list[Order]) -> None:
    Order.objects.update(note="there")
    Order.objects.update(note="")
    done = refresh(OrderSummary)
    assert (done.keys, done.rows.written) == (5, 0)


def test_a_rollback_touches_nothing(filled: list[Order]) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Order.objects.update(note="gone")
        raise ZeroDivisionError
    assert refresh(OrderSummary).keys == 0


def test_a_read_model_that_was_never_backfilled_is_left_alone(shop: list[Order]) -> None:
    Order.objects.update(note="changed")
    assert refresh(OrderSummary).keys == 0
    assert not OrderSummary.objects.exists()


class TestWhenEverythingMayHaveChanged:
    @pytest.fixture
    def unseen(self, filled: list[Order]) -> None:
        """A write that no trigger saw, and the change log saying so."""
        Order.objects.update(note="unseen")
        execute("UPDATE cqrs_read_model_state SET position = %s", changelog.now("default"))
        changelog.log_everything("default", ["orders_order.id"])

    def test_it_is_not_served_until_it_is_repaired(self, unseen: None, refreshed: Any) -> None:
        refresh(OrderSummary)
        assert "being filled" in reason_not_to_serve(OrderSummary)
        run = BackfillRun.objects.get(kind=BackfillRun.Kind.REPAIR)
        assert run.reason == "writes went by unseen on orders_order.id"

    def test_whoever_follows_repairs_it(self, unseen: None, refreshed: Any) -> None:
        steps = iter(range(10))
        follow([OrderSummary], interval=0, stopped=lambda: next(steps, None) is None)
        refreshed()
        assert reason_not_to_serve(OrderSummary) == ""
        assert backfills.running(OrderSummary) is None

    def test_while_triggers_are_missing_it_is_not_served(self, filled: list[Order], refreshed: Any) -> None:
        remove("default")
        try:
            steps = iter(range(2))
            follow([OrderSummary], interval=0, stopped=lambda: next(steps, None) is None)
            assert reason_not_to_serve(OrderSummary)
        finally:
            install("default")
        steps = iter(range(10))
        follow([OrderSummary], interval=0, stopped=lambda: next(steps, None) is None)
        forget()
        assert reason_not_to_serve(OrderSummary) == ""
        refreshed()

    @pytest.mark.postgresql
    def test_triggers_that_are_only_stale_do_not_take_it_away(self, filled: list[Order]) -> None:
        """As between the new code's start and its migration, after which nothing would bring it back."""
        function = "SELECT tgfoid::regproc::text FROM pg_trigger WHERE tgname = 'cqrs_capture_update' LIMIT 1"
        with connection.cursor() as cursor:
            cursor.execute(function)
            execute(f"COMMENT ON FUNCTION {cursor.fetchone()[0]}() IS 'older'")
        try:
            steps = iter(range(2))
            follow([OrderSummary], interval=0, stopped=lambda: next(steps, None) is None)
            forget()
            assert reason_not_to_serve(OrderSummary) == ""
        finally:
            install("default")

    def test_a_position_of_another_database_is_recognised(self, filled: list[Order], refreshed: Any) -> None:
        ReadModelState.objects.update(origin="restored from elsewhere")
        refresh(OrderSummary)
        run = BackfillRun.objects.get(kind=BackfillRun.Kind.REPAIR)
        assert run.reason == "the position belongs to another database"

    @pytest.mark.postgresql
    def test_a_change_that_could_not_be_logged_is_recognised(self, filled: list[Order]) -> None:
        execute("SELECT nextval('cqrs_capture_lost')")
        refresh(OrderSummary)
        assert BackfillRun.objects.get(kind=BackfillRun.Kind.REPAIR).reason == "a change could not be logged"
