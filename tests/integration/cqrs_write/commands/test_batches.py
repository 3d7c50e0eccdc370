"""Batches and groups: many commands in one transaction, and the bad ones among them."""

import threading

import pytest
from django.db import connections

from cqrs_write import operations
from cqrs_write.bus import accept, accept_all, dispatch
from cqrs_write.execution import drain, settle
from cqrs_write.models import LoggedCommand
from cqrs_write.testing import drain_now

from .probe.commands import Locate, Report, Share, Write
from .probe.models import Effect

pytestmark = pytest.mark.django_db(transaction=True)


def effects() -> list[str]:
    return list(Effect.objects.order_by("id").values_list("text", flat=True))


def states() -> dict[str, str]:
    return {row.payload["text"]: row.state for row in LoggedCommand.objects.all()}


def results() -> list[object]:
    return list(LoggedCommand.objects.order_by("id").values_list("result", flat=True))


def test_commands_of_one_kind_are_executed_by_one_call_of_max_size_at_most():
    accept_all([Report(text=f"{number:02}") for number in range(20)])

    drain_now()

    assert effects() == [f"{number:02}" for number in range(20)]
    assert sorted(results()) == [4] * 4 + [8] * 16


def test_commands_of_one_key_stay_in_order_and_the_keys_are_spread_over_the_shards():
    rows = accept_all([Report(text=f"{n % 7}:{n:02}", source=n % 7) for n in range(70)])

    drain_now()

    assert len({row.lane_key for row in rows}) == 2
    for source in range(7):
        own = [text for text in effects() if text.startswith(f"{source}:")]
        assert own == sorted(own)
        assert len(own) == 10


def test_a_batch_waits_for_others_as_long_as_is_declared():
    accept(Report(text="one"))

    assert drain("probe", seconds=60).executed == 0

    drain_now()
    assert effects() == ["one"]


def test_of_commands_that_coalesce_only_the_newest_is_executed_and_all_are_done():
    accept_all([Locate(text=f"{source}:{n}", source=source) for n in range(5) for source in (1, 2)])

    drain_now()

    assert effects() == ["1:4", "2:4"]
    assert set(states().values()) == {"done"}
    assert results().count({"coalesced": True}) == 8


@pytest.mark.parametrize("bad", [{0}, {7}, {3, 4}, {0, 5, 19}, set(range(20))])
def test_the_bad_ones_of_a_batch_are_found_and_only_they_are_dead(bad):
    accept_all([Report(text=f"{n:02}", fails=n in bad) for n in range(20)])

    drain_now(allow_dead=True)

    good = {f"{n:02}" for n in range(20)} - {f"{n:02}" for n in bad}
    assert effects() == sorted(good)
    dead = LoggedCommand.objects.filter(state="dead")
    assert {row.payload["text"]: row.error for row in dead} == {f"{n:02}": f"ValueError: {n:02}" for n in bad}
    assert LoggedCommand.objects.filter(state="done", attempts=1).count() == len(good)


def test_another_kind_of_command_in_the_lane_ends_the_batch():
    (first, *_) = accept_all([Report(text="1"), Report(text="2"), Write(text="3"), Report(text="4")])
    LoggedCommand.objects.update(lane_key=first.lane_key)

    drain_now()

    assert effects() == ["1", "2", "3", "4"]
    assert results()[0] == 2


def test_inline_a_batch_handler_executes_one_command():
    assert dispatch(Report(text="now")) == 1
    assert effects() == ["now"]


@pytest.mark.postgresql
def test_a_group_shares_one_transaction_across_lanes():
    accept_all([Share(text=f"{lane}{n}", lane=lane) for n in range(3) for lane in "abcdefgh"])

    drain_now()

    # Two looks from a random lane on, each with the first commands of all its lanes before the others.
    assert len(set(results())) <= 4
    for lane in "abcdefgh":
        assert [text for text in effects() if text[0] == lane] == [f"{lane}{n}" for n in range(3)]


@pytest.mark.parametrize("bad", [{0}, {5}, {1, 2, 10}])
def test_where_one_of_a_group_fails_the_others_are_executed_singly(bad):
    accept_all([Share(text=f"{n:02}", lane=str(n % 4), fails=n in bad) for n in range(12)])

    drain_now(allow_dead=True)

    assert sorted(effects()) == [f"{n:02}" for n in range(12) if n not in bad]
    assert {text for text, state in states().items() if state == "dead"} == {f"{n:02}" for n in bad}
    assert set(LoggedCommand.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.postgresql
def test_a_command_that_is_called_off_while_its_batch_is_executed_takes_no_effect(monkeypatch):
    rows = accept_all([Report(text=f"{n}") for n in range(4)])
    called_off: list[LoggedCommand] = []

    def elsewhere() -> None:
        called_off.extend(operations.cancel([rows[2].uuid]))
        connections.close_all()

    def done_after_that(*args):
        if not called_off:
            thread = threading.Thread(target=elsewhere)
            thread.start()
            thread.join(60)
        return done(*args)

    done = settle.done
    monkeypatch.setattr(settle, "done", done_after_that)

    drain_now()

    assert [row.uuid for row in called_off] == [rows[2].uuid]
    assert effects() == ["0", "1", "3"]
    assert states()["2"] == "cancelled"
    assert set(LoggedCommand.objects.filter(state="done").values_list("attempts", flat=True)) == {1}
