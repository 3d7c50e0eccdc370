"""The sampling verifier: slice by slice, round and round; what it finds is reported and mended."""

import logging
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from cqrs_read.models import BackfillRun
from cqrs_read.tasks import verify_sample
from cqrs_read.verify import verify
from cqrs_read.verify.sampling import sample, sample_all
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = pytest.mark.django_db(transaction=True)

Kind, State = BackfillRun.Kind, BackfillRun.State


def rounds() -> list[BackfillRun]:
    return list(BackfillRun.objects.filter(kind=Kind.VERIFY).order_by("pk"))


def spoil(order: Order) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_cqrs_ordersummary SET note = 'spoilt' WHERE id = %s", [order.pk])


def small_chunks() -> None:
    """The round that is under way has two keys in its next chunk."""
    BackfillRun.objects.create(read_model="orders_cqrs.OrderSummary", kind=Kind.VERIFY, chunk=2)


def test_slices_follow_each_other_and_begin_again(filled: list[Order]) -> None:
    small_chunks()
    assert [sample(OrderSummary, seconds=0).rows for _ in range(2)] == [2, 3]
    (first,) = rounds()
    assert (first.state, first.rows) == (State.DONE, 5)
    assert sample(OrderSummary, seconds=0).rows == 5
    assert [run.pk > first.pk for run in rounds()] == [True], (
        "a round without a difference leaves nothing behind"
    )


def test_what_differs_is_reported_and_mended(filled: list[Order], caplog: pytest.LogCaptureFixture) -> None:
    spoil(filled[0])
    with caplog.at_level(logging.ERROR):
        verify_sample()
    assert (
        f"1 rows differ from their source, which capture should have told: key {filled[0].pk} different note"
        in (caplog.text)
    )
    (run,) = rounds()
    assert run.differences == 1
    (finding,) = run.findings
    assert (finding["key"], finding["columns"]) == (str(filled[0].pk), {"note": ["", "spoilt"]})
    assert read_model_answer() == legacy_answer()


def test_it_can_be_told_to_report_only(filled: list[Order], settings: Any) -> None:
    settings.CQRS_READ = {"SAMPLE_REPAIR": False}
    spoil(filled[0])
    assert [item.differences for item in sample_all()] == [1]
    assert verify(OrderSummary).found == 1


def test_what_is_not_consumed_yet_is_no_difference(filled: list[Order]) -> None:
    Order.objects.update(note="not refreshed yet")
    assert [item.differences for item in sample_all()] == [0]


def test_a_read_model_that_is_not_served_is_left_alone(shop: list[Order]) -> None:
    assert sample_all() == []


def test_a_paused_round_rests(filled: list[Order]) -> None:
    small_chunks()
    BackfillRun.objects.filter(kind=Kind.VERIFY).update(state=State.PAUSED)
    assert sample(OrderSummary).rows == 0


def test_two_calls_do_not_do_the_same_twice(filled: list[Order]) -> None:
    small_chunks()
    BackfillRun.objects.filter(kind=Kind.VERIFY).update(owner="elsewhere:1", touched_at=timezone.now())
    assert sample(OrderSummary).rows == 0
