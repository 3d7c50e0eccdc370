import pytest

from cqrs_write.outbox import status
from cqrs_write.outbox.emit import emit_all
from cqrs_write.outbox.status import outbox_status

from .events import CustomerMoved, OrderPlaced

pytestmark = pytest.mark.django_db


def test_an_empty_outbox_has_no_oldest_event():
    found = outbox_status()

    assert (found.using, found.events, found.oldest_seconds, found.by_aggregate_type) == (
        "default",
        0,
        None,
        {},
    )


def test_events_are_counted_by_the_type_of_their_aggregates():
    emit_all(
        [
            *(OrderPlaced(aggregate_id=number) for number in range(3)),
            CustomerMoved(customer_id=1, city="Bern"),
        ]
    )

    found = outbox_status()

    assert (found.events, found.by_aggregate_type) == (4, {"customer": 1, "order": 3})
    assert 0 <= found.oldest_seconds < 60
    assert found.bytes > 0


def test_counting_stops_at_a_limit_and_keeps_to_the_newest(monkeypatch):
    monkeypatch.setattr(status, "COUNT_LIMIT", 2)
    emit_all(
        [OrderPlaced(aggregate_id=1), OrderPlaced(aggregate_id=2), CustomerMoved(customer_id=1, city="Bern")]
    )

    found = outbox_status()

    assert (found.events, found.by_aggregate_type) == (2, {"customer": 1, "order": 1})
