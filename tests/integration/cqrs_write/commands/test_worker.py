"""A Celery worker as it runs in production, fed through Redis."""

import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from cqrs_write import tasks, wakeup
from cqrs_write.bus import accept
from cqrs_write.models import LoggedCommand

from .probe.commands import Postpone, Write
from .probe.models import Effect

pytestmark = pytest.mark.django_db(transaction=True)

SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.integration.cqrs_write.commands.probe.settings"}
WORKER = ("-m", "celery", "-A", "legacy_app", "worker", "-Q", "probe,celery", "--loglevel", "INFO")


def until(reached: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, list(LoggedCommand.objects.values("state", "error"))
        time.sleep(0.02)


def all_done() -> bool:
    return not LoggedCommand.objects.exclude(state="done").exists()


@pytest.fixture
def worker(spawn):
    process = spawn(*WORKER, "--concurrency", "2", environment=SETTINGS)
    process.wait_for("ready.")
    return process


def test_accepted_commands_are_executed_by_a_worker(worker):
    for number in range(30):
        accept(Write(text=f"{number % 3}:{number:02}", lane=f"lane {number % 3}"))

    until(all_done)

    texts = list(Effect.objects.order_by("id").values_list("text", flat=True))
    assert len(texts) == 30
    for lane in "012":
        own = [text for text in texts if text.startswith(lane)]
        assert own == sorted(own)


def test_the_sweep_finds_what_nobody_was_told_about(worker):
    LoggedCommand.objects.bulk_create(
        [LoggedCommand(name="probe.Write", payload={"text": "found"}, queue="probe", lane_key=1)]
    )

    tasks.sweep.delay()

    until(all_done)
    assert Effect.objects.get().text == "found"


def test_a_retry_that_is_due_is_found_by_the_sweep(worker):
    row = accept(Postpone(text="twice"))
    until(lambda: LoggedCommand.objects.filter(state="retrying").exists())
    LoggedCommand.objects.update(not_before=row.accepted_at)

    tasks.sweep.delay()

    until(lambda: LoggedCommand.objects.filter(attempts=2).exists())


def test_a_slice_that_is_over_asks_for_another(redis_client, settings):
    settings.CQRS_WRITE = {"DRAIN_SECONDS": 0.0}
    for text in ("1", "2"):
        accept(Write(text=text, lane="a"))
    assert wakeup.flush(30)
    redis_client.flushdb()

    tasks.drain("probe")

    assert wakeup.flush(30)
    assert redis_client.llen("probe") == 1
    assert Effect.objects.count() == 1


def test_many_acceptances_send_few_wakeups_to_the_queue_of_their_name(redis_client):
    for number in range(200):
        accept(Write(text=str(number)))

    assert wakeup.flush(30)
    assert 1 <= redis_client.llen("probe") < 200


def test_where_celery_is_eager_the_command_runs_on_commit():
    from legacy_app.celery import app

    app.conf.task_always_eager = True

    accept(Write(text="eager"))

    assert Effect.objects.get().text == "eager"
    assert all_done()


def test_a_child_process_has_a_thread_of_its_own():
    import os

    accept(Write(text="parent"))
    assert wakeup.flush(30)
    pid = os.fork()
    if pid == 0:
        wakeup.wake("child", "default")
        os._exit(0 if wakeup.flush(30) and wakeup.failures() == 0 else 1)

    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def test_the_documented_schedule_runs_the_sweep():
    namespace = SimpleNamespace()
    _, _, snippet = (tasks.sweep.__doc__ or "").partition("::")
    exec(snippet.split("A retry")[0].strip(), vars(namespace))

    (entry,) = namespace.CELERY_BEAT_SCHEDULE.values()
    assert entry["task"] == tasks.sweep.name


def test_a_wake_up_that_was_asked_for_later_is_sent_later_however_many_are_sent_before(redis_client):
    """Else what a batch waits for would be executed with the next sweep only."""
    wakeup.wake("probe", "default", 0.5)
    wakeup.wake("probe", "default")
    until(lambda: redis_client.llen("probe") >= 1)

    wakeup.wake("probe", "default", 0.1)
    assert wakeup.flush(30)

    assert 2 <= redis_client.llen("probe") <= 3


@pytest.fixture
def _patient(settings, monkeypatch):
    """A waker that sends its second message an hour after the first."""
    settings.CQRS_WRITE = {"WAKEUP_INTERVAL": 3600.0}
    monkeypatch.setattr(wakeup, "_waker", wakeup.Waker())


@pytest.mark.usefixtures("_patient")
def test_a_wake_up_that_somebody_waits_for_is_not_held_back(redis_client):
    wakeup.wake("probe", "default")
    until(lambda: redis_client.llen("probe") == 1)

    wakeup.wake("probe", "default")
    wakeup.wake("probe", "default", hurry=True)
    until(lambda: redis_client.llen("probe") == 2)


@pytest.mark.usefixtures("_patient")
def test_nor_are_those_that_are_pending_when_the_process_ends(redis_client):
    wakeup.wake("probe", "default")
    until(lambda: redis_client.llen("probe") == 1)
    wakeup.wake("probe", "default")

    assert wakeup.flush(30)

    assert redis_client.llen("probe") == 2
