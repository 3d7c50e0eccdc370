"""Workers that are gone: the mark they have left, and what becomes of the command."""

from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from cqrs_write.backends import load
from cqrs_write.bus import accept, accept_all
from cqrs_write.execution import drain
from cqrs_write.models import LoggedCommand
from cqrs_write.queues import runnable_queues

from .probe.commands import Report, Share, Write
from .probe.models import Effect

pytestmark = pytest.mark.django_db(transaction=True)


def mark(row: LoggedCommand, *, seconds_ago: float, upto: LoggedCommand | None = None) -> None:
    """As a worker leaves a command that it took, before it is gone."""
    LoggedCommand.objects.filter(pk=row.pk).update(
        state="running",
        worker="gone",
        marked_at=timezone.now() - timedelta(seconds=seconds_ago),
        marked_to=(upto or row).pk,
    )


def run() -> int:
    return drain("probe", seconds=60).executed


def effects() -> list[str]:
    return list(Effect.objects.order_by("id").values_list("text", flat=True))


def test_a_command_whose_worker_is_gone_is_executed_again_and_its_lane_behind_it():
    row = accept(Write(text="first", lane="a"))
    accept(Write(text="second", lane="a"))
    mark(row, seconds_ago=2)

    assert run() == 2

    row.refresh_from_db()
    assert (row.state, row.attempts, row.lost) == ("done", 1, 1)
    assert effects() == ["first", "second"]


def test_a_fresh_mark_is_left_to_its_worker():
    row = accept(Write(text="taken", lane="a"))
    accept(Write(text="behind", lane="a"))
    mark(row, seconds_ago=0)

    assert run() == 0


@pytest.mark.postgresql
def test_a_worker_that_holds_the_lane_is_not_gone_however_long_it_takes():
    row = accept(Write(text="slow", lane="a"))
    mark(row, seconds_ago=3600)
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            other.set_autocommit(False)
            cursor.execute(load("cqrs_write", "lanes", "default").LOCK, [row.lane_key])

            assert run() == 0

            other.rollback()
        assert run() == 1
    finally:
        other.close()


def test_a_command_that_ends_one_worker_after_the_other_is_dead_and_lets_the_lane_pass(settings):
    settings.CQRS_WRITE = {"MAX_LOST": 3}
    row = accept(Write(text="poison", lane="a"))
    accept(Write(text="behind", lane="a"))
    LoggedCommand.objects.filter(pk=row.pk).update(lost=2)
    mark(row, seconds_ago=2)

    assert run() == 1

    row.refresh_from_db()
    assert (row.state, row.lost) == ("dead", 3)
    assert row.error.startswith("WorkerLost: 3 workers were gone before it was done.")
    assert effects() == ["behind"]


def test_of_a_batch_whose_worker_is_gone_each_is_executed_alone():
    first, *_, last = accept_all([Report(text=f"{n}") for n in range(5)])
    accept(Report(text="after"))
    LoggedCommand.objects.update(not_before=None)
    mark(first, seconds_ago=2, upto=last)

    assert run() == 6

    assert effects() == ["0", "1", "2", "3", "4", "after"]
    rows = LoggedCommand.objects.order_by("id")
    assert list(rows.values_list("alone", "lost")) == [(True, 0)] * 5 + [(False, 0)]
    assert list(rows.values_list("result", flat=True)) == [1] * 6


def test_so_is_each_of_a_group():
    first, second = (accept(Share(text=text, lane="a")) for text in "12")
    elsewhere = accept(Share(text="3", lane="b"))
    mark(first, seconds_ago=2, upto=second)
    mark(elsewhere, seconds_ago=2)

    assert run() == 3

    assert set(LoggedCommand.objects.values_list("alone", "lost", "state")) == {(True, 0, "done")}
    assert effects().index("1") < effects().index("2")


def test_the_sweep_wakes_a_queue_in_which_a_mark_is_old():
    row = accept(Write(text="one"))
    mark(row, seconds_ago=0)
    assert runnable_queues("default") == []

    mark(row, seconds_ago=5)
    assert runnable_queues("default") == ["probe"]


def test_what_is_not_executed_for_want_of_time_is_not_left_running():
    for number in range(3):
        accept(Share(text=f"{number}", lane=f"{number}"))
        accept(Write(text=f"{number}", lane=f"other {number}"))

    drain("probe", seconds=0)

    assert not LoggedCommand.objects.filter(state="running").exists()


def test_a_worker_that_was_thought_gone_and_comes_back_changes_nothing():
    """Its mark was given to another one: what it does is rolled back."""
    row = accept(Write(text="once"))
    mark(row, seconds_ago=2)
    lanes = load("cqrs_write", "lanes", "default")
    run()

    with transaction.atomic():
        assert lanes.hold("default", "gone", {row.pk: row.lane_key}, 1.0) == set()
        assert lanes.done("default", "gone", timezone.now(), [(row.pk, True, "null", None)]) == 0
    assert effects() == ["once"]
