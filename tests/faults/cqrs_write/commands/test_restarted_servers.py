"""Servers that go away under workers with commands in hand, and a process that dies between insert and wake-up."""

import signal
import time
from typing import Any

import psycopg
import pytest

from cqrs_write.bus import accept_all
from cqrs_write.models import LoggedCommand
from cqrs_write.state import PENDING
from tests.faults.cqrs_write.commands.test_killed_workers import SETTINGS, WORKER, pending
from tests.integration.cqrs_write.commands.probe.commands import Write
from tests.integration.cqrs_write.commands.probe.models import Effect
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

BEAT = ("-m", "celery", "-A", "legacy_app", "beat", "-l", "INFO")
ACCEPT = """
import os, signal, django
django.setup()
from cqrs_write import wakeup
from cqrs_write.bus import accept
from tests.integration.cqrs_write.commands.probe.commands import Write
wakeup.Waker._send = lambda self, message: os.kill(os.getpid(), signal.SIGKILL)
accept(Write(text="accepted"))
wakeup.flush(30)
"""
MANY = """
import django
django.setup()
from django.db import connection
from cqrs_write.bus import accept_all
from tests.integration.cqrs_write.commands.probe.commands import Toil
from tests.integration.cqrs_write.commands.probe.models import Effect
with connection.schema_editor() as editor:
    editor.create_model(Effect)
accept_all(Toil(text=f"{n}", lane=str(n % 10), times=0) for n in range(1000))
"""


def beat(spawn: Any, folder: Any, environment: dict[str, str]) -> Any:
    return spawn(*BEAT, "-s", str(folder / "schedule"), environment=SETTINGS | environment)


def test_a_broker_that_comes_back_empty_loses_nothing(own_redis, spawn, tmp_path):
    there = {"CELERY_BROKER_URL": own_redis.url, "REDIS_URL": own_redis.url}
    worker = spawn(*WORKER, environment=SETTINGS | there)
    worker.wait_for("ready.")
    beat(spawn, tmp_path, there)
    accept_all(Write(text=f"{n}") for n in range(20))
    assert eventually(lambda: not pending(), seconds=60)

    own_redis.kill()
    accept_all(Write(text=f"{n}") for n in range(20, 40))
    time.sleep(1)
    own_redis.start()

    assert eventually(lambda: not pending(), seconds=120)
    assert sorted(map(int, Effect.objects.values_list("text", flat=True))) == list(range(40))


@pytest.mark.postgresql
def test_a_database_that_is_killed_under_its_workers_loses_nothing(own_postgresql, spawn, tmp_path):
    there = {"DATABASE_URL": own_postgresql.url}
    assert spawn("manage.py", "migrate", "--verbosity", "0", environment=there).wait(120) == 0
    many = spawn("-c", MANY, environment=SETTINGS | there)
    assert many.wait(60) == 0, many.output

    def count(sql: str) -> int:
        with psycopg.connect(own_postgresql.url) as connection:
            return int(connection.execute(sql).fetchone()[0])

    spawn(*WORKER, environment=SETTINGS | there).wait_for("ready.")
    beat(spawn, tmp_path, there)
    assert eventually(lambda: count("SELECT count(*) FROM probe_effect") > 100, seconds=60)
    own_postgresql.kill()
    own_postgresql.start()

    waiting = f"SELECT count(*) FROM cqrs_command_log WHERE state IN {tuple(map(str, PENDING))}"
    assert eventually(lambda: count(waiting) == 0, seconds=120)
    assert count("SELECT count(*) FROM cqrs_command_log WHERE state = 'done'") == 1000
    assert count("SELECT count(DISTINCT text) FROM probe_effect") == 1000
    assert count("SELECT count(*) FROM probe_effect") == 1000


def test_a_process_that_dies_between_acceptance_and_wake_up_loses_nothing(spawn, tmp_path):
    dying = spawn("-c", ACCEPT, environment=SETTINGS)
    assert dying.wait(60) == -signal.SIGKILL, dying.output
    assert LoggedCommand.objects.get().state == "accepted"

    spawn(*WORKER, environment=SETTINGS).wait_for("ready.")
    beat(spawn, tmp_path, {})

    assert eventually(lambda: not pending(), seconds=60)
    assert Effect.objects.get().text == "accepted"
