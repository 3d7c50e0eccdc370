"""A window of any size: one transaction does a bounded part of it, the rest waits in the backlog.

The limit is two keys here, so that five orders are many.
"""

from typing import Any

import pytest
from django.db import transaction

from cqrs_read.lag import status_of
from cqrs_read.models import Backlog
from cqrs_read.refresh import consume, work_off
from cqrs_read.standing.serving import reason_not_to_serve
from cqrs_read.standing.state import state_of, take_position
from cqrs_read.verify import verify
from cqrs_read.verify.unconsumed import unconsumed
from cqrs_write import changelog
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Category, Order, OrderLine, Product
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "orders_cqrs.OrderSummary"


@pytest.fixture(autouse=True)
def _two_keys(settings: Any) -> None:
    settings.CQRS_READ = {"REFRESH_KEYS": 2}


@pytest.fixture
def many(filled: list[Order]) -> list[Order]:
    """More changes than one transaction may do: of all orders, one statement each."""
    for order in filled:
        Order.objects.filter(pk=order.pk).update(note=f"note {order.pk}")
    return filled


def test_the_newest_changes_are_done_at_once_and_the_rest_is_set_aside(many: list[Order]) -> None:
    done = consume(OrderSummary)
    assert done is not None
    assert done.keys == 2
    assert OrderSummary.objects.get(pk=many[3].pk).note  # the last one is cancelled and has no row
    assert {len(row.keys) for row in Backlog.objects.all()} <= {1, 2}
    assert {key for row in Backlog.objects.all() for key in row.keys} >= {str(order.pk) for order in many[:3]}


def test_the_position_moves_with_what_is_set_aside(many: list[Order]) -> None:
    before = state_of(OrderSummary).position
    consume(OrderSummary)
    assert state_of(OrderSummary).position != before
    assert consume(OrderSummary).keys == 0  # type: ignore[union-attr]


def test_a_transaction_that_fails_sets_nothing_aside_and_moves_nothing(many: list[Order]) -> None:
    before = state_of(OrderSummary).position
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        consume(OrderSummary)
        raise ZeroDivisionError
    assert state_of(OrderSummary).position == before
    assert not Backlog.objects.exists()


def test_it_is_worked_off_page_by_page(many: list[Order]) -> None:
    consume(OrderSummary)
    pages = []
    while (page := work_off(OrderSummary)) is not None:
        assert page.keys <= 2
        pages.append(page)
    assert len(pages) >= 2
    assert not Backlog.objects.exists()
    assert read_model_answer() == legacy_answer()


def test_a_refresh_ends_with_everything_done(many: list[Order], refreshed: Any) -> None:
    refreshed()
    assert not Backlog.objects.exists()


def test_many_keys_of_one_statement_are_set_aside_as_they_are(filled: list[Order], refreshed: Any) -> None:
    Order.objects.update(note="all at once")
    consume(OrderSummary)
    assert Backlog.objects.exists()
    unfinished = {difference.key for difference in verify(OrderSummary).differences}
    assert unfinished <= unconsumed(OrderSummary, [str(order.pk) for order in filled])
    refreshed()


def test_fresh_changes_pass_what_waits(many: list[Order]) -> None:
    consume(OrderSummary)
    Order.objects.filter(pk=many[0].pk).update(note="fresh")
    done = consume(OrderSummary)
    assert done is not None
    assert done.keys == 1
    assert OrderSummary.objects.get(pk=many[0].pk).note == "fresh"
    assert Backlog.objects.exists()


class TestFanOut:
    def test_a_change_that_leads_to_too_many_is_set_aside_with_its_way(self, filled: list[Order]) -> None:
        Category.objects.filter(slug="garden").update(name="Yard")
        done = consume(OrderSummary)
        assert done is not None
        assert done.keys == 0
        (row,) = Backlog.objects.all()
        assert row.dependency.startswith("orders_category.id by ")
        assert row.keys == [str(Category.objects.get(slug="garden").pk)]

    def test_its_cursor_moves_with_each_page(self, filled: list[Order]) -> None:
        Customer.objects.filter(name="ada").update(name="Ada")
        consume(OrderSummary)
        work_off(OrderSummary)
        assert Backlog.objects.get().cursor == str(filled[2].pk)
        work_off(OrderSummary)
        assert not Backlog.objects.exists()
        assert read_model_answer() == legacy_answer()

    def test_rows_that_come_and_go_meanwhile(self, filled: list[Order], refreshed: Any) -> None:
        Customer.objects.filter(name="ada").update(name="Ada")
        consume(OrderSummary)
        work_off(OrderSummary)
        first, second, third, *_ = filled
        Order.objects.filter(pk=second.pk).update(customer=first.customer)
        Order.objects.filter(pk=third.pk).update(customer=second.customer)
        OrderLine.objects.filter(order=first).delete()
        refreshed()

    def test_every_relation_at_once(self, filled: list[Order], refreshed: Any) -> None:
        with transaction.atomic():
            Customer.objects.update(name="renamed")
            Product.objects.update(name="renamed")
            Category.objects.update(name="renamed")
            Order.objects.update(note="changed")
            OrderLine.objects.update(quantity=7)
        refreshed()
        assert not Backlog.objects.exists()


class TestWhoAsks:
    def test_the_status_counts_it_and_its_age(self, many: list[Order]) -> None:
        consume(OrderSummary)
        status = status_of(OrderSummary)
        assert (status.pending, status.state) == (0, "ready")
        assert status.backlog == Backlog.objects.count()
        assert status.lag_seconds > 0

    def test_it_is_served_meanwhile(self, many: list[Order]) -> None:
        consume(OrderSummary)
        assert reason_not_to_serve(OrderSummary) == ""

    def test_a_verifier_leaves_it_out(self, many: list[Order]) -> None:
        consume(OrderSummary)
        keys = [str(order.pk) for order in many]
        assert unconsumed(OrderSummary, keys) >= set(keys[:3])


def test_a_new_position_makes_it_void(many: list[Order]) -> None:
    consume(OrderSummary)
    take_position(OrderSummary)
    assert not Backlog.objects.exists()


def test_a_repair_of_everything_makes_it_void(many: list[Order]) -> None:
    consume(OrderSummary)
    changelog.log_everything("default", ["orders_order.id"])
    consume(OrderSummary)
    assert not Backlog.objects.exists()


def test_everything_within_a_window_that_is_too_large(many: list[Order]) -> None:
    changelog.log_everything("default", ["orders_order.id"])
    consume(OrderSummary)
    assert "being filled" in reason_not_to_serve(OrderSummary)
    assert not Backlog.objects.exists()


def test_a_way_that_the_declaration_no_longer_has_is_a_reason_to_compute_everything(
    filled: list[Order],
) -> None:
    Backlog.objects.create(read_model=NAME, dependency="gone.id by gone", keys=["1"])
    work_off(OrderSummary)
    assert not Backlog.objects.exists()
    assert "being filled" in reason_not_to_serve(OrderSummary)
