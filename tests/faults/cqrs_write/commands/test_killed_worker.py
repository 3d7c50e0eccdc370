"""Workers that die with a command in hand."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from cqrs_write import tasks
from cqrs_write.bus import accept
from cqrs_write.models import LoggedCommand
from tests.integration.cqrs_write.commands.probe.commands import Linger, Write
from tests.integration.cqrs_write.commands.probe.models import Effect

pytestmark = pytest.mark.django_db(transaction=True)

SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.integration.cqrs_write.commands.probe.settings"}
WORKER = ("-m", "celery", "-A", "legacy_app", "worker", "-Q", "probe,celery", "-c", "2", "-l", "INFO")


def until(reached: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, list(LoggedCommand.objects.values("state", "error"))
        time.sleep(0.02)


def start_worker(spawn):
    process = spawn(*WORKER, environment=SETTINGS)
    process.wait_for("ready.")
    return process


def kill_mid_handler(spawn, folder: Path) -> None:
    worker = start_worker(spawn)
    until(lambda: (folder / "started").exists())
    worker.kill()


def test_a_command_whose_worker_is_killed_is_executed_once_by_another(spawn, tmp_path):
    row = accept(Linger(text="once", lane="a", folder=str(tmp_path)))
    accept(Write(text="behind", lane="a"))
    kill_mid_handler(spawn, tmp_path)
    row.refresh_from_db()
    assert (row.state, Effect.objects.count()) == ("running", 0)

    (tmp_path / "go").touch()
    start_worker(spawn)
    tasks.sweep.delay()

    until(lambda: not LoggedCommand.objects.exclude(state="done").exists())
    assert list(Effect.objects.order_by("id").values_list("text", flat=True)) == ["once", "behind"]


@pytest.mark.postgresql
def test_a_connection_lost_mid_handler_is_a_passing_failure(spawn, tmp_path):
    row = accept(Linger(text="once", folder=str(tmp_path)))
    start_worker(spawn)
    until(lambda: (tmp_path / "started").exists())

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND state = 'idle in transaction' AND pid <> pg_backend_pid()"
        )
    (tmp_path / "go").touch()

    until(lambda: LoggedCommand.objects.filter(state="retrying").exists())
    row.refresh_from_db()
    assert (row.attempts, Effect.objects.count()) == (1, 0)
    LoggedCommand.objects.update(not_before=row.accepted_at)
    tasks.sweep.delay()
    until(lambda: LoggedCommand.objects.filter(state="done").exists())
    assert Effect.objects.count() == 1
