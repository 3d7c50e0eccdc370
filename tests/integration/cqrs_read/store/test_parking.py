"""What cannot be stored is parked with its key and its cause; the other keys go on."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from cqrs_read.lag import status_of
from cqrs_read.models import Backlog, ReadModelState
from cqrs_read.refresh import consume, refresh, work_off
from cqrs_read.standing.serving import forget, reason_not_to_serve
from cqrs_read.store import parking
from cqrs_read.verify.unconsumed import unconsumed
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = pytest.mark.django_db(transaction=True)


def execute(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.fixture
def only_short_notes(filled: list[Order]) -> Iterator[list[Order]]:
    """The read model's table takes no note that begins with "too long"."""
    execute(
        "CREATE UNIQUE INDEX only_one_long ON orders_cqrs_ordersummary (substr(note, 1, 8)) WHERE note <> ''"
    )
    execute("UPDATE orders_cqrs_ordersummary SET note = 'too long' WHERE id = %s", filled[3].pk)
    yield filled
    execute("DROP INDEX only_one_long")


def write(order: Order, note: str) -> None:
    Order.objects.filter(pk=order.pk).update(note=note)


def rows_due() -> None:
    Backlog.objects.update(not_before=timezone.now() - timedelta(seconds=1))


def test_the_others_go_on(only_short_notes: list[Order]) -> None:
    first, second, third, *_ = only_short_notes
    write(first, "short 1")
    write(second, "too long")
    write(third, "short 3")
    consume(OrderSummary)
    assert OrderSummary.objects.get(pk=first.pk).note == "short 1"
    assert OrderSummary.objects.get(pk=second.pk).note == ""
    assert Backlog.objects.get(kind="parked").keys == [str(second.pk)]


@pytest.fixture
def parked(only_short_notes: list[Order]) -> Order:
    write(only_short_notes[0], "too long")
    consume(OrderSummary)
    return only_short_notes[0]


def test_key_cause_and_next_try_are_recorded(parked: Order) -> None:
    row = Backlog.objects.get()
    assert (row.kind, row.keys, row.attempts) == ("parked", [str(parked.pk)], 1)
    assert "only_one_long" in row.error
    assert "\n" not in row.error
    assert row.not_before is not None
    assert timedelta(0) < row.not_before - timezone.now() < timedelta(seconds=3)


def test_the_position_moves_on(parked: Order) -> None:
    assert consume(OrderSummary).keys == 0  # type: ignore[union-attr]


def test_it_is_not_served_and_says_why(parked: Order) -> None:
    reason = reason_not_to_serve(OrderSummary)
    assert reason.startswith(f"orders_cqrs.OrderSummary could not store key {parked.pk}: ")
    assert "only_one_long" in reason


def test_the_status_shows_it(parked: Order) -> None:
    status = status_of(OrderSummary)
    assert status.state == "failing"
    assert status.parked[0].startswith(f"{parked.pk}: ")
    assert status.retry_at == Backlog.objects.get().not_before
    assert status.backlog == 0


def test_a_verifier_leaves_it_out(parked: Order) -> None:
    assert unconsumed(OrderSummary, [str(parked.pk), "77"]) == {str(parked.pk)}


def test_it_is_not_tried_before_its_time(parked: Order) -> None:
    assert work_off(OrderSummary) is None


def test_each_failure_makes_the_wait_longer(parked: Order) -> None:
    for _ in range(3):
        rows_due()
        work_off(OrderSummary)
    row = Backlog.objects.get()
    assert row.attempts == 4
    assert row.not_before is not None
    assert row.not_before - timezone.now() > timedelta(seconds=10)


def test_once_it_can_be_stored_it_is_served_again(parked: Order) -> None:
    execute("UPDATE orders_cqrs_ordersummary SET note = '' WHERE note = 'too long'")
    rows_due()
    work_off(OrderSummary)
    assert not Backlog.objects.exists()
    assert OrderSummary.objects.get(pk=parked.pk).note == "too long"
    assert reason_not_to_serve(OrderSummary) == ""


def test_a_new_change_is_tried_at_once(parked: Order) -> None:
    write(parked, "short")
    refresh(OrderSummary)
    assert not Backlog.objects.exists()
    assert ReadModelState.objects.get().parked == 0
    assert OrderSummary.objects.get(pk=parked.pk).note == "short"
    forget()
    assert reason_not_to_serve(OrderSummary) == ""


def test_a_new_change_that_cannot_be_stored_either_is_no_second_entry(parked: Order) -> None:
    logged_at = Backlog.objects.get().logged_at
    write(parked, "too long still")
    consume(OrderSummary)
    row = Backlog.objects.get()
    assert (row.attempts, row.logged_at) == (2, logged_at)


def test_a_key_in_the_backlog_is_parked_as_well(only_short_notes: list[Order], settings: Any) -> None:
    settings.CQRS_READ = {"REFRESH_KEYS": 2}
    Order.objects.filter(pk__lte=only_short_notes[2].pk).update(note="too long")
    refresh(OrderSummary)
    rows = Backlog.objects.all()
    assert {row.kind for row in rows} == {"parked"}
    assert {key for row in rows for key in row.keys} == {str(order.pk) for order in only_short_notes[:3]}


def test_beyond_a_number_of_failures_keys_are_parked_in_groups(
    only_short_notes: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parking, "MOST", 1)
    Order.objects.filter(pk__lte=only_short_notes[2].pk).update(note="too long")
    consume(OrderSummary)
    groups = [row.keys for row in Backlog.objects.all()]
    assert sorted(map(len, groups)) == [1, 2]
    execute("UPDATE orders_cqrs_ordersummary SET note = '' WHERE note = 'too long'")
    Order.objects.filter(pk__lte=only_short_notes[2].pk).update(note="")
    rows_due()
    refresh(OrderSummary)
    assert not Backlog.objects.exists()
    assert read_model_answer()[:3] == legacy_answer()[:3]


@pytest.mark.postgresql
def test_a_value_that_is_too_long_for_its_column(filled: list[Order]) -> None:
    execute("ALTER TABLE orders_cqrs_ordersummary ALTER COLUMN customer_city TYPE varchar(3)")
    try:
        filled[0].customer.city = "Lisbon"
        filled[0].customer.save()
        consume(OrderSummary)
        assert "value too long" in Backlog.objects.first().error  # type: ignore[union-attr]
        assert {key for row in Backlog.objects.all() for key in row.keys} == {
            str(filled[0].pk),
            str(filled[2].pk),
        }
    finally:
        execute("ALTER TABLE orders_cqrs_ordersummary ALTER COLUMN customer_city TYPE varchar(100)")


def test_what_is_not_a_matter_of_values_moves_nothing(filled: list[Order]) -> None:
    position = ReadModelState.objects.get().position
    execute("ALTER TABLE orders_cqrs_ordersummary RENAME COLUMN note TO remark")
    try:
        write(filled[0], "changed")
        with pytest.raises(DatabaseError):
            consume(OrderSummary)
        assert ReadModelState.objects.get().position == position
        assert not Backlog.objects.exists()
    finally:
        execute("ALTER TABLE orders_cqrs_ordersummary RENAME COLUMN remark TO note")
