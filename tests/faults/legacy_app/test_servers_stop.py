"""Whatever ends the launcher, its servers end too and their directories are removed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.waiting import eventually

SCRIPT = """
import json, os, signal, sys, time
{beginning}
from legacy_app.servers import own_postgresql, own_redis

with own_postgresql() as postgresql, own_redis() as redis:
    print(json.dumps({
        "ports": [postgresql.port, redis.port],
        "directories": [str(postgresql.lifeline.directory), str(redis.lifeline.directory)],
    }), flush=True)
    {ending}
"""
FORK = """
    if os.fork() == 0:
        print("forked", flush=True)
        time.sleep(20)  # holds copies of the pipes to the guardians
        os._exit(0)
    time.sleep(60)
"""

# Once is enough: these tests start their own servers.
pytestmark = pytest.mark.postgresql


class Launcher:
    """A process that started both servers, and what it must leave nothing of."""

    def __init__(self, ending: str, beginning: str) -> None:
        script = SCRIPT.replace("{beginning}", beginning).replace("{ending}", ending.strip())
        self.process = subprocess.Popen(
            [sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self.started = json.loads(self.process.stdout.readline())

    @property
    def leftovers(self) -> list[object]:
        ports = [port for port in self.started["ports"] if answers(port)]
        return ports + [folder for folder in self.started["directories"] if Path(folder).exists()]


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def launch():
    launched: list[Launcher] = []

    def start(ending: str, beginning: str = "") -> Launcher:
        launched.append(Launcher(ending, beginning))
        return launched[-1]

    yield start
    for launcher in launched:
        if eventually(lambda launcher=launcher: launcher.process.poll() is not None, 0.1) is False:
            os.killpg(launcher.process.pid, signal.SIGKILL)
        launcher.process.wait()
        launcher.process.stdout.close()


@pytest.mark.parametrize("ending", ["pass", "raise ValueError", "sys.exit(3)"])
def test_an_end_by_itself_leaves_nothing(launch, ending):
    launcher = launch(ending)
    launcher.process.wait(30)
    assert launcher.leftovers == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_a_signal_that_ends_the_launcher_at_once_leaves_nothing(launch, number):
    launcher = launch("time.sleep(60)")
    launcher.process.send_signal(number)
    assert launcher.process.wait(30) == -number
    assert eventually(lambda: launcher.leftovers == []), launcher.leftovers


def test_ctrl_c_goes_to_the_whole_group_and_leaves_nothing(launch):
    launcher = launch("time.sleep(60)")
    os.killpg(launcher.process.pid, signal.SIGINT)
    launcher.process.wait(30)
    assert launcher.leftovers == []


def test_ctrl_c_does_not_reach_the_servers(launch):
    launcher = launch("time.sleep(60)", beginning="signal.signal(signal.SIGINT, signal.SIG_IGN)")
    os.killpg(launcher.process.pid, signal.SIGINT)
    time.sleep(0.5)
    assert len(launcher.leftovers) == 4
    launcher.process.kill()
    assert eventually(lambda: launcher.leftovers == []), launcher.leftovers


def test_a_forked_child_does_not_keep_the_servers_alive(launch):
    launcher = launch(FORK)
    assert launcher.process.stdout.readline() == "forked\n"
    launcher.process.kill()
    launcher.process.wait(30)
    try:
        assert eventually(lambda: launcher.leftovers == []), launcher.leftovers
    finally:
        os.killpg(launcher.process.pid, signal.SIGKILL)


def test_a_forked_child_that_ends_stops_nothing(launch):
    launcher = launch("if os.fork() == 0: sys.exit()\n    time.sleep(60)")
    time.sleep(0.5)
    assert len(launcher.leftovers) == 4
    launcher.process.kill()
    assert eventually(lambda: launcher.leftovers == []), launcher.leftovers


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_ends_on_a_signal_after_its_servers(number):
    named = {"DATABASE_URL", "REDIS_URL"}
    environment = {name: value for name, value in os.environ.items() if name not in named}
    with subprocess.Popen(
        [sys.executable, "-m", "legacy_app.servers"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        addresses = [process.stdout.readline().rsplit(":", 1)[1], process.stdout.readline().rsplit(":", 1)[1]]
        ports = [int(address.split("/")[0]) for address in addresses]
        assert all(map(answers, ports))
        os.killpg(process.pid, number)
        assert process.wait(30) == 128 + number
    assert not any(map(answers, ports))
