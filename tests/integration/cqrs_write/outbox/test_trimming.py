from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cqrs_write import tasks
from cqrs_write.models import OutboxEvent
from cqrs_write.outbox import trimming
from cqrs_write.outbox.trimming import trim, trimmable

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def emitted(*ages: timedelta) -> None:
    """One event of each age."""
    now = timezone.now()
    OutboxEvent.objects.bulk_create(
        OutboxEvent(
            aggregatetype="order", aggregateid="7", type="OrderPlaced", payload={}, occurred_at=now - age
        )
        for age in ages
    )


def ages() -> list[int]:
    """In hours, of what is left."""
    now = timezone.now()
    return sorted((now - row.occurred_at) // HOUR for row in OutboxEvent.objects.all())


def test_events_older_than_the_retention_are_deleted():
    emitted(71 * HOUR, 73 * HOUR, 100 * HOUR)

    assert trimmable() == 2
    assert trim() == 2
    assert ages() == [71]


def test_the_retention_is_a_setting_or_an_argument(settings):
    emitted(1 * HOUR, 5 * HOUR, 9 * HOUR)
    settings.CQRS_WRITE = {"OUTBOX_HOURS": 8}

    assert (trim(), ages()) == (1, [1, 5])
    assert (trim(older_than=2 * HOUR), ages()) == (1, [1])


def test_they_are_deleted_some_at_a_time_oldest_first_and_the_caller_is_told(monkeypatch):
    monkeypatch.setattr(trimming, "BATCH", 3)
    emitted(*[80 * HOUR] * 4, *[number * HOUR for number in range(90, 94)])
    told: list[int] = []

    assert trim(deleted_so_far=told.append) == 8
    assert told == [3, 6, 8]


def test_what_is_deleted_when_it_is_interrupted_stays_deleted(monkeypatch):
    monkeypatch.setattr(trimming, "BATCH", 1)
    emitted(80 * HOUR, 90 * HOUR, 100 * HOUR)

    def interrupt(count: int) -> None:
        if count == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trim(deleted_so_far=interrupt)
    assert ages() == [80]


def test_the_task_trims():
    emitted(73 * HOUR)

    tasks.trim_outbox()

    assert ages() == []


def test_the_documented_schedule_runs_the_task():
    namespace: dict[str, Any] = {}
    _, _, snippet = (tasks.trim_outbox.__doc__ or "").partition("::")
    exec(snippet.partition("By hand")[0].strip(), namespace)

    (entry,) = namespace["CELERY_BEAT_SCHEDULE"].values()
    assert entry["task"] == tasks.trim_outbox.name
