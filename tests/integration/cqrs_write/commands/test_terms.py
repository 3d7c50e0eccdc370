"""The terms of handlers: time limits, versions, sensitive fields, retention, priority."""

import signal
import sys
import threading
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from cqrs_write import operations
from cqrs_write.bus import accept
from cqrs_write.exceptions import InvalidCommand, TimeLimitExceeded
from cqrs_write.execution import drain
from cqrs_write.execution.limit import limited
from cqrs_write.models import LoggedCommand
from cqrs_write.testing import accepted

from .probe.commands import Hang, Pay, Rename, Urgent, Write
from .probe.models import Effect

pytestmark = pytest.mark.django_db(transaction=True)


def run() -> None:
    drain("probe", seconds=60)


def effects() -> list[str]:
    return list(Effect.objects.order_by("id").values_list("text", flat=True))


@pytest.mark.parametrize("how", ["sleep", "compute", "ask"])
def test_an_attempt_that_takes_too_long_is_ended_and_made_again(how, caplog):
    row = accept(Hang(text="twice", how=how))

    run()

    row.refresh_from_db()
    assert (row.state, row.attempts) == ("done", 2)
    assert effects() == ["twice"]
    assert "TimeLimitExceeded: probe.Hang took longer than its time limit of 0.2 seconds." in caplog.text


def test_in_a_thread_it_is_ended_at_its_next_statement():
    row = accept(Hang(text="twice", how="ask"))

    def work() -> None:
        run()
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)

    row.refresh_from_db()
    assert (row.state, row.attempts) == ("done", 2)


def test_a_limit_that_strikes_as_the_attempt_ends_leaves_the_connection_as_it_was():
    """At a statement and by the signal at once, and when the attempt has just been made."""
    before = list(connection.execute_wrappers)
    for number in range(100):
        with suppress(TimeLimitExceeded), limited(0.002, "default", "probe.Hang"):
            ended = time.monotonic() + (0.1 if number % 2 else 0.002)
            while time.monotonic() < ended:
                LoggedCommand.objects.exists()
        assert connection.execute_wrappers == before
    assert not LoggedCommand.objects.exists()


def test_a_signal_that_comes_when_the_attempt_has_ended_is_none():
    limit = limited(60, "default", "probe.Hang")
    rung = []

    def trace(frame, event, argument):
        if frame.f_code is limited.__exit__.__code__:
            limit._ring(signal.SIGALRM, frame)
            rung.append(event)

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        with limit:
            pass
    finally:
        sys.settrace(before)
    assert rung == ["call"]


@pytest.mark.postgresql
def test_the_database_frees_the_lane_of_a_worker_that_never_comes_back():
    """In a thread no signal ends a sleep; the session that is idle in its transaction is ended by the server."""
    row = accept(Hang(text="twice", how="sleep"))
    asleep = threading.Thread(target=lambda: (run(), connections.close_all()), daemon=True)
    asleep.start()

    deadline = timezone.now() + timedelta(seconds=20)
    while row.state != "done" and timezone.now() < deadline:
        run()
        row.refresh_from_db()

    assert row.state == "done"
    assert effects() == ["twice"]


@pytest.mark.parametrize(
    ("version", "payload"), [(1, {"title": "old"}), (2, {"name": "old"}), (3, {"text": "old", "lane": ""})]
)
def test_a_command_that_was_accepted_in_an_older_version_is_executed(version, payload):
    row = accept(Rename(text="placeholder"))
    LoggedCommand.objects.filter(pk=row.pk).update(version=version, payload=payload)

    assert accepted(Rename) == [Rename(text="old")]
    run()

    assert effects() == ["old"]


def test_a_command_of_a_newer_version_waits_for_a_worker_that_knows_it():
    row = accept(Rename(text="new"))
    LoggedCommand.objects.filter(pk=row.pk).update(version=4)

    run()

    row.refresh_from_db()
    assert (row.state, row.attempts) == ("accepted", 0)
    assert row.not_before > timezone.now()


def test_what_an_upcaster_cannot_read_is_dead_with_the_upcaster_s_name():
    row = accept(Rename(text="broken"))
    LoggedCommand.objects.filter(pk=row.pk).update(version=1, payload={})

    run()

    row.refresh_from_db()
    assert row.state == "dead"
    assert row.error.startswith(
        "InvalidCommand: probe.Rename: title_is_name failed on a payload of version 1: KeyError"
    )


def test_a_sensitive_value_leaves_the_log_when_the_command_is_done():
    row = accept(Pay(text="paid", card="4111-1111"))

    run()

    row.refresh_from_db()
    assert row.state == "done"
    assert row.payload == {"text": "paid", "lane": "", "card": "***", "fails": False}


def test_a_sensitive_value_is_in_no_error_and_no_traceback_but_a_retry_still_has_it(caplog, capsys):
    row = accept(Pay(text="refused", card="4111-1111", fails=True))

    run()

    row.refresh_from_db()
    assert row.state == "dead"
    assert row.error == "ValueError: card *** was refused"
    assert "4111" not in row.traceback
    assert "4111" not in caplog.text
    call_command("cqrs_commands", "show", str(row.uuid))
    assert "4111" not in capsys.readouterr().out
    assert row.payload["card"] == "4111-1111"


def test_the_admin_shows_no_sensitive_value(admin_client):
    row = accept(Pay(text="waits", card="4111-1111"))

    page = admin_client.get(f"/admin/cqrs_write/loggedcommand/{row.pk}/change/").content.decode()

    assert "waits" in page
    assert "4111" not in page


def test_settled_commands_are_purged_when_their_retention_is_over_and_dead_ones_stay():
    for fails in (False, True):
        accept(Pay(text="paid", card="4111", fails=fails))
    accept(Write(text="kept longer"))
    run()
    later = timezone.now() + timedelta(days=8)

    assert operations.purge() == 0
    assert operations.purgeable(now=later) == 1
    assert operations.purge(now=later) == 1

    assert sorted(LoggedCommand.objects.values_list("name", "state")) == [
        ("probe.Pay", "dead"),
        ("probe.Write", "done"),
    ]


def test_a_higher_priority_goes_first():
    for text in ("1", "2"):
        accept(Write(text=text, lane="a"))
    accept(Urgent(text="urgent", lane="a"))

    run()

    assert effects() == ["urgent", "1", "2"]


def test_what_becomes_urgent_meanwhile_goes_before_lanes_that_wait():
    for number in range(120):
        accept(Write(text=f"{number}", lane=f"{number}"))
    drain("probe", seconds=0)
    accept(Urgent(text="urgent"))

    run()

    assert effects()[1] == "urgent"


def test_a_lane_of_more_than_200_characters_is_refused():
    with pytest.raises(InvalidCommand, match="its lane has 201 characters; it may have 200"):
        accept(Write(text="long", lane="x" * 201))
