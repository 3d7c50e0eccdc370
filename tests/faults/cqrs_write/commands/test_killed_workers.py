"""Workers that are killed at random moments while they work off many commands in many lanes, with retries."""

import os
import random
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connections

from cqrs_write import queues
from cqrs_write.bus import accept_all
from cqrs_write.models import LoggedCommand
from cqrs_write.state import PENDING
from tests.integration.cqrs_write.commands.probe.commands import Report, Toil, ToilTogether
from tests.integration.cqrs_write.commands.probe.models import Effect
from tests.processes import Process
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.integration.cqrs_write.commands.probe.settings"}
WORKER = ("-m", "celery", "-A", "legacy_app", "worker", "-Q", "probe,celery", "-c", "2", "-l", "INFO")


@contextmanager
def sweeping() -> Iterator[None]:
    """As beat does, but more often."""
    over = Event()

    def sweep() -> None:
        while not over.wait(0.2):
            queues.wake_runnable("default")
        connections.close_all()

    thread = Thread(target=sweep)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def children(pid: int) -> list[int]:
    """The processes in which a Celery worker executes tasks."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def kill_one(worker: Process, choice: random.Random) -> None:
    if alive := children(worker.pid):
        with suppress(ProcessLookupError):
            os.kill(choice.choice(alive), signal.SIGKILL)


def start_worker(spawn: Any) -> Process:
    worker: Process = spawn(*WORKER, environment=SETTINGS)
    worker.wait_for("ready.")
    return worker


def pending() -> int:
    return LoggedCommand.objects.filter(state__in=PENDING).count()


def killed_until_done(spawn: Any, *, kills: int, whole: int, pause: float) -> int:
    """Kill processes at random moments, every ``whole``th time the whole worker; returns how often."""
    choice, done = random.Random(kills), 0
    worker = start_worker(spawn)
    with sweeping():
        while done < kills and pending():
            time.sleep(choice.uniform(0, 2 * pause))
            done += 1
            if done % whole == 0:
                worker.kill()
                worker = start_worker(spawn)
            else:
                kill_one(worker, choice)
        assert eventually(lambda: not pending(), seconds=300)
    return done


def check_every_lane(accepted: list[LoggedCommand]) -> None:
    """From the effects alone: each good command once, no bad one, in order within its lane."""
    good, bad = defaultdict(list), set()
    for row in accepted:
        if row.payload["times"] < 3:
            good[row.lane].append(row.payload["text"])
        else:
            bad.add(row.uuid)
    found = defaultdict(list)
    for text in Effect.objects.order_by("id").values_list("text", flat=True):
        found[text.split(":")[0]].append(text)
    assert found == good
    assert set(LoggedCommand.objects.filter(state="dead").values_list("uuid", flat=True)) == bad
    assert LoggedCommand.objects.filter(state="done").count() == len(accepted) - len(bad)


def accept_many(command: type[Toil], *, number: int, lanes: int) -> list[LoggedCommand]:
    """3 of 100 fail once, 1 of 200 whenever it is tried."""
    choice = random.Random(number)
    times = [1 if (luck := choice.random()) < 0.03 else 9 if luck > 0.995 else 0 for _ in range(number)]
    return accept_all(
        command(text=f"lane {n % lanes}:{n:06}", lane=f"lane {n % lanes}", times=times[n])
        for n in range(number)
    )


@pytest.mark.parametrize("command", [Toil, ToilTogether])
def test_ten_kills_lose_nothing_repeat_nothing_and_change_no_order(spawn, command):
    accepted = accept_many(command, number=600, lanes=30)

    assert killed_until_done(spawn, kills=10, whole=5, pause=0.1) > 3

    check_every_lane(accepted)


@pytest.mark.long
@pytest.mark.postgresql
def test_200_kills_in_20_000_commands_lose_nothing_repeat_nothing_and_change_no_order(spawn):
    accepted = accept_many(Toil, number=20_000, lanes=200)

    assert killed_until_done(spawn, kills=200, whole=20, pause=0.12) == 200

    check_every_lane(accepted)


def test_the_one_of_a_batch_that_ends_its_workers_is_found_and_the_others_are_executed(spawn):
    """A crash leaves no error behind: only the mark tells, and every execution alone."""
    accept_all(Report(text=f"{n}", crashes=n == 3) for n in range(8))
    start_worker(spawn)

    with sweeping():
        assert eventually(lambda: not pending(), seconds=120)

    assert sorted(Effect.objects.values_list("text", flat=True)) == [f"{n}" for n in range(8) if n != 3]
    dead = LoggedCommand.objects.get(state="dead")
    assert dead.payload["text"] == "3"
    assert dead.error.startswith("WorkerLost: 5 workers were gone before it was done.")
