from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from cqrs_write import trace
from cqrs_write.exceptions import InvalidEvent, NotInTransaction
from cqrs_write.models import OutboxEvent
from cqrs_write.outbox.emit import emit, emit_all
from cqrs_write.testing import assert_emitted, emitted

from .events import CustomerMoved, OrderPlaced

pytestmark = pytest.mark.django_db


def test_an_event_is_a_row_in_the_columns_that_debezium_reads():
    row = emit(OrderPlaced(aggregate_id=7, total=Decimal("12.50"), due=date(2026, 5, 1)))

    with connection.cursor() as cursor:
        cursor.execute("SELECT aggregatetype, aggregateid, type FROM cqrs_outbox WHERE id IS NOT NULL")
        assert cursor.fetchall() == [("order", "7", "OrderPlaced")]
    stored = OutboxEvent.objects.get()
    assert (stored.sequence, stored.uuid, stored.occurred_at) == (row.sequence, row.uuid, row.occurred_at)
    assert stored.payload == {"aggregate_id": 7, "total": "12.50", "due": "2026-05-01", "note": ""}


def test_another_version_has_another_type_and_the_id_may_have_another_name():
    row = emit(CustomerMoved(customer_id=3, city="Bern"))

    assert (row.type, row.aggregatetype, row.aggregateid) == ("CustomerMoved.v2", "customer", "3")
    assert OutboxEvent.objects.get().payload == {"customer_id": 3, "city": "Bern"}


def test_an_event_follows_from_the_command_that_is_being_executed():
    command_id = uuid4()
    caused = trace.new().child(command_id, actor="42")

    with trace.within(caused):
        emit(OrderPlaced(aggregate_id=7))

    stored = OutboxEvent.objects.get()
    assert (stored.causation_id, stored.correlation_id) == (command_id, caused.correlation_id)
    assert (stored.actor, stored.tracingspancontext) == ("42", f"traceparent={caused.traceparent}\n")


def test_an_event_that_nothing_caused_begins_a_trace():
    row = emit(OrderPlaced(aggregate_id=7))

    assert (row.causation_id, row.actor) == (None, None)
    assert row.correlation_id is not None
    assert row.tracingspancontext.startswith("traceparent=00-")


def test_the_actor_can_be_named():
    user = User.objects.create_user("ada")

    with trace.within(trace.new().child(actor="42")):
        assert emit(OrderPlaced(aggregate_id=7), actor=user).actor == str(user.pk)
        assert emit(OrderPlaced(aggregate_id=7), actor=9).actor == "9"


@pytest.mark.parametrize("lock", [True, False])
def test_many_are_numbered_in_their_order_whichever_way_their_aggregates_are_locked(lock):
    events = [OrderPlaced(aggregate_id=number % 700) for number in range(2500, 0, -1)]

    rows = emit_all(events, lock=lock)

    sequences = [row.sequence for row in rows]
    assert sequences == sorted(set(sequences))
    stored = OutboxEvent.objects.order_by("sequence").values_list("aggregateid", flat=True)
    assert list(stored) == [str(event.aggregate_id) for event in events]


@pytest.mark.postgresql
@pytest.mark.parametrize(("count", "statements"), [(1, 1), (500, 1), (501, 2)])
def test_few_statements_do_it(count, statements, django_assert_num_queries):
    with django_assert_num_queries(statements):
        emit_all([OrderPlaced(aggregate_id=number) for number in range(count)])


def test_none_is_none():
    assert emit_all([]) == []


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_refused():
    with pytest.raises(
        NotInTransaction, match=r"outside a transaction on 'default'.*transaction\.atomic\(\)"
    ):
        emit(OrderPlaced(aggregate_id=7))

    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_of_a_transaction_that_is_rolled_back_was_never_emitted():
    with transaction.atomic():
        emit(OrderPlaced(aggregate_id=7))
        transaction.set_rollback(True)

    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        (OrderPlaced(aggregate_id="seven"), r"OrderPlaced: aggregate_id: Input should be a valid integer"),
        (CustomerMoved(customer_id=1, city=object()), r"CustomerMoved\.v2: .*object"),
        (OrderPlaced(aggregate_id=10**250), r"OrderPlaced: its aggregate_id is 10+; it has 1 to 200"),
    ],
)
def test_a_value_that_is_not_fit_is_refused_before_the_database_sees_it(event, problem):
    with pytest.raises(InvalidEvent, match=problem):
        emit(event)

    assert not OutboxEvent.objects.exists()


def test_a_value_of_a_type_that_can_be_converted_is():
    row = emit(OrderPlaced(aggregate_id="7", total=2))

    assert row.aggregateid == "7"
    assert OutboxEvent.objects.get().payload == {"aggregate_id": 7, "total": "2", "due": None, "note": ""}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_parameters_may_be_bound_by_the_server(monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "server_side_binding", True)

    with transaction.atomic():
        emit_all([OrderPlaced(aggregate_id=7), CustomerMoved(customer_id=3, city="Bern")], actor="42")

    assert list(OutboxEvent.objects.values_list("aggregateid", "actor")) == [("7", "42"), ("3", "42")]
    connection.close()


def test_what_was_emitted_can_be_asked_for_in_tests():
    one, two = OrderPlaced(aggregate_id=1, total="1.50"), OrderPlaced(aggregate_id=2)
    emit_all([one, CustomerMoved(customer_id=1, city="Bern"), two])

    assert emitted(OrderPlaced) == [replace(one, total=Decimal("1.50")), two]
    assert_emitted(one)
    with pytest.raises(
        AssertionError, match=r"OrderPlaced\(aggregate_id=3.*\nwas not emitted(.*\n  OrderPlaced){2}"
    ):
        assert_emitted(OrderPlaced(aggregate_id=3))
