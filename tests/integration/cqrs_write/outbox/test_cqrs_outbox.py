import json
import os
import signal
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from cqrs_write.management.commands import cqrs_outbox
from cqrs_write.models import OutboxEvent
from cqrs_write.outbox import trimming
from cqrs_write.outbox.emit import emit, emit_all

from .events import CustomerMoved, OrderPlaced

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("cqrs_outbox", *arguments, stdout=out)
    return out.getvalue()


def age_all(hours: int) -> None:
    OutboxEvent.objects.update(occurred_at=timezone.now() - timedelta(hours=hours))


@pytest.fixture
def old_events() -> None:
    emit_all([OrderPlaced(aggregate_id=number) for number in range(5)])
    age_all(hours=100)


def test_the_status_in_lines_for_people():
    assert "holds 0 events" in run("status")

    emit_all(
        [OrderPlaced(aggregate_id=1), OrderPlaced(aggregate_id=2), CustomerMoved(customer_id=1, city="Bern")]
    )
    age_all(hours=5)

    head, *types = run("status").splitlines()
    assert head.startswith("The outbox of 'default' holds 3 events, ")
    assert head.endswith(", the oldest 5.0 hours old.")
    assert types == ["  customer: 1", "  order: 2"]


def test_a_count_that_stopped_says_so(monkeypatch, old_events):
    monkeypatch.setattr(cqrs_outbox, "COUNT_LIMIT", 5)

    assert "holds at least 5 events" in run("status")


def test_the_status_for_machines(old_events):
    status = json.loads(run("status", "--json"))

    assert (status["using"], status["events"], status["by_aggregate_type"]) == ("default", 5, {"order": 5})
    assert status["oldest_seconds"] == pytest.approx(100 * 3600, abs=60)


def test_a_dry_run_deletes_nothing(old_events):
    assert run("trim", "--dry-run") == "5 events older than 72 hours would be deleted.\n"
    assert OutboxEvent.objects.count() == 5


def test_trim_deletes_what_is_older_than_it_is_told(old_events):
    emit(OrderPlaced(aggregate_id=9))

    assert run("trim", "--older-than", "100.5") == "0 events older than 100.5 hours deleted.\n"
    assert json.loads(run("trim", "--json")) == {
        "using": "default",
        "hours": 72.0,
        "dry_run": False,
        "events": 5,
    }
    assert run("trim", "--older-than", "0") == "1 event older than 0 hours deleted.\n"
    assert not OutboxEvent.objects.exists()


def test_progress_is_told_now_and_then(monkeypatch, old_events):
    monkeypatch.setattr(trimming, "BATCH", 2)
    monkeypatch.setattr(cqrs_outbox, "LINE_SECONDS", 0.0)

    assert run("trim").splitlines()[:2] == ["2 events deleted so far.", "4 events deleted so far."]
    assert "so far" not in run("trim", "--json")


def test_ctrl_c_is_one_line_that_says_how_far_it_came(monkeypatch, old_events):
    monkeypatch.setattr(trimming, "BATCH", 2)
    oldest = trimming._oldest

    def interrupted(rows, since):
        if since is not None:
            os.kill(os.getpid(), signal.SIGINT)
        return oldest(rows, since)

    monkeypatch.setattr(trimming, "_oldest", interrupted)
    with pytest.raises(CommandError, match=r"^Stopped by Ctrl-C; 2 events are deleted\.$") as caught:
        run("trim")

    assert caught.value.returncode == 130
    assert OutboxEvent.objects.count() == 3


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["status", "--dry-run"], "status takes neither --older-than nor --dry-run"),
        (["status", "--older-than", "3"], "status takes neither --older-than nor --dry-run"),
        (["trim", "--older-than", "-1"], "'-1' is no number of hours from 0"),
        (["trim", "--older-than", "nan"], "'nan' is no number of hours from 0"),
        (["trim", "--database", "nowhere"], "nowhere"),
        (["tirm"], "invalid choice: 'tirm'"),
    ],
)
def test_a_mistake_is_one_line_and_code_2(arguments, problem):
    with pytest.raises(CommandError, match=problem) as caught:
        run(*arguments)

    assert caught.value.returncode == 2
