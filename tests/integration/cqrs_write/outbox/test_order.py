"""Events of one aggregate are numbered in the order in which their transactions are committed."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from django.db import connection, connections, transaction

from cqrs_write.models import OutboxEvent
from cqrs_write.outbox.emit import emit, emit_all
from cqrs_write.outbox.lock import LOCKED_SINGLY

from .events import OrderPlaced

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

WRITERS, EVENTS = 6, 15


class Writer:
    """A connection of its own that emits in one transaction, and commits when it is told to."""

    def __init__(self, write: Callable[[], object]) -> None:
        self.write = write
        self.emitted, self.may_commit = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            with transaction.atomic():
                self.write()
                self.emitted.set()
                assert self.may_commit.wait(30)
        finally:
            connections.close_all()

    def commit(self) -> None:
        assert self.emitted.wait(30)
        self.may_commit.set()
        self.thread.join(30)


def commits() -> list[str]:
    """What was committed so far, by number."""
    return [row.payload["note"] for row in OutboxEvent.objects.order_by("sequence")]


def event(text: str, aggregate_id: int = 7) -> OrderPlaced:
    return OrderPlaced(aggregate_id=aggregate_id, note=text)


def waits(writer: Writer) -> bool:
    return not writer.emitted.wait(0.5)


def test_without_the_lock_the_second_number_may_be_committed_first():
    first = Writer(lambda: emit(event("1"), lock=False))
    assert first.emitted.wait(30)
    second = Writer(lambda: emit(event("2"), lock=False))
    second.commit()
    assert commits() == ["2"]  # whoever reads on from here never sees the other

    first.commit()
    assert commits() == ["1", "2"]


def test_with_it_the_second_has_no_number_until_the_first_is_committed():
    first = Writer(lambda: emit(event("1")))
    assert first.emitted.wait(30)
    second = Writer(lambda: emit(event("2")))
    assert waits(second)

    first.commit()
    second.commit()
    assert commits() == ["1", "2"]


def test_another_aggregate_is_not_waited_for():
    first = Writer(lambda: emit(event("1", 7)))
    assert first.emitted.wait(30)

    Writer(lambda: emit(event("2", 8))).commit()
    first.commit()


@pytest.mark.parametrize("many_first", [True, False])
def test_who_emits_for_very_many_aggregates_has_the_outbox_alone(many_first):
    many = [event("many", number) for number in range(LOCKED_SINGLY + 1)]
    writes: list[Callable[[], object]] = [lambda: emit_all(many), lambda: emit(event("one", 7))]
    if not many_first:
        writes.reverse()
    first = Writer(writes[0])
    assert first.emitted.wait(30)
    second = Writer(writes[1])
    assert waits(second)

    first.commit()
    second.commit()
    of_seven = OutboxEvent.objects.filter(aggregateid="7").order_by("sequence")
    expected = ["many", "one"] if many_first else ["one", "many"]
    assert [row.payload["note"] for row in of_seven] == expected


def test_whoever_has_a_number_sees_every_lower_one_of_the_aggregate():
    """That is what the order of commits means: nothing with a lower number is committed later."""
    seen: dict[int, set[int]] = {}

    def write(seed: int) -> None:
        random = Random(seed)
        try:
            for _ in range(EVENTS):
                with transaction.atomic():
                    aggregate_id = random.randrange(3)
                    others = [event("other", number) for number in random.sample(range(3), 2)]
                    rows = emit_all([event("own", aggregate_id), *others])
                    for row in rows:
                        lower = OutboxEvent.objects.filter(
                            aggregateid=row.aggregateid, sequence__lt=row.sequence
                        )
                        seen[row.sequence] = set(lower.values_list("sequence", flat=True))
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT pg_sleep(%s)", [random.random() / 200])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))

    by_aggregate: dict[str, list[int]] = {}
    for row in OutboxEvent.objects.order_by("sequence"):
        lower = by_aggregate.setdefault(row.aggregateid, [])
        assert seen[row.sequence] == set(lower)
        lower.append(row.sequence)
    assert sum(map(len, by_aggregate.values())) == WRITERS * EVENTS * 3
