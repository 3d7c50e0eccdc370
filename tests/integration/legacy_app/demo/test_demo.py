"""The demo as a user runs it, on a tiny shop."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from legacy_app.demo.measurements import FEW, READ, WRITE
from tests.waiting import eventually

ROOT = Path(__file__).resolve().parents[4]
TINY = ("--scale", "0.02", "--seconds", "4", "--clients", "6")
WHOLE_RUN_SECONDS = 600
"""On a machine that is busy with other tests."""

INTERRUPTED = "Interrupted: every process that the demo started has ended."


class Demo:
    """A run of ``manage.py demo`` whose processes all have one folder in common, by which they are found."""

    def __init__(self, folder: Path, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
        self.folder = folder
        self.output_file = folder.with_suffix(".output")
        with self.output_file.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo", *TINY, *arguments],
                cwd=ROOT,
                env=environment | {"TMPDIR": str(folder)},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.output_file.read_text()

    def wait(self, seconds: float = 60) -> int:
        return self.process.wait(seconds)

    def wait_for(self, text: str, seconds: float = 60) -> None:
        reached = eventually(lambda: text in self.output or self.process.poll() is not None, seconds)
        assert reached, self.output
        assert text in self.output

    def processes(self) -> list[int]:
        """Those that work in the folder or know of it."""
        found = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        return [pid for pid in found if str(self.folder) in traces(pid)]

    def leaves_nothing(self, seconds: float = 3) -> bool:
        return eventually(lambda: not self.processes() and not list(self.folder.iterdir()), seconds)


def traces(pid: int) -> str:
    """The command line, the environment and the working folder of a process; empty if it is gone."""
    folder = Path("/proc") / str(pid)
    try:
        read = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        return read.decode(errors="replace") + str((folder / "cwd").readlink())
    except OSError:
        return ""


@pytest.fixture
def environment() -> dict[str, str]:
    """Without the servers of the test run: the demo starts its own."""
    named = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in os.environ.items() if name not in named}


@pytest.fixture
def demo(environment: dict[str, str]) -> Iterator[Callable[..., Demo]]:
    started: list[Demo] = []
    with tempfile.TemporaryDirectory(prefix="gradual-cqrs-demo-") as base:
        Path(base).chmod(0o755)  # PostgreSQL may run as another user.

        def start(*arguments: str, **variables: str) -> Demo:
            folder = Path(base) / f"run{len(started)}"
            folder.mkdir()
            folder.chmod(0o755)
            started.append(Demo(folder, arguments, environment | variables))
            return started[-1]

        yield start
        for item in started:
            if item.process.poll() is None:
                item.process.kill()
                item.process.wait()
            item.leaves_nothing(15)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((), id="servers", marks=pytest.mark.postgresql),
        pytest.param(("--sqlite",), id="sqlite", marks=[pytest.mark.sqlite, pytest.mark.long]),
    ],
)
def test_both_endpoints_move_with_their_mistakes_found_and_nothing_lost(demo, tmp_path, arguments):
    figures_file = tmp_path / "figures.json"

    run = demo(*arguments, "--json", str(figures_file))

    assert run.wait(WHOLE_RUN_SECONDS) == 0, run.output
    assert "products, all their cards were right" in run.output, "the nightly price change"
    figures = json.loads(figures_file.read_text())
    nothing = ("errors", "differences", "lost", "broken")
    assert {name: figures[name] for name in nothing} == dict.fromkeys(nothing, 0)
    check_endpoints(figures["endpoints"])
    check_trial(figures["shadow"], {"results[].total changed"})
    if not arguments:
        check_trial(
            figures["rehearsal"],
            {"orders_stockmovement: row missing", "task within the handler's transaction"},
        )
    assert [step["percent"] for step in figures["canary"] if step["endpoint"] == READ] == [5, 25]
    assert [one["mistake"] for one in figures["guard"]] == ["slow", "stumbling"]
    assert figures["own_writes"]["pairs"] > figures["own_writes"]["stale"] == 0
    assert figures["legacy_writes"] > 0
    assert figures["commands"]["done"] == figures["commands"]["accepted"] > 0
    assert run.leaves_nothing()


def check_endpoints(endpoints):
    """Each was answered by both sides, and with fewer queries by the new one."""
    assert set(endpoints) == {READ, FEW, WRITE}
    for sides in endpoints.values():
        assert set(sides) == {"legacy", "cqrs"}
        for side in sides.values():
            assert side["requests"] > 0
            assert 0 < side["p50_ms"] <= side["p95_ms"] <= side["p99_ms"]
        assert sides["cqrs"]["queries"] < sides["legacy"]["queries"]


def check_trial(trial, kinds):
    """The mistake was found, and let nobody pass; without it nothing was found."""
    assert set(trial["kinds"]) >= kinds
    assert "compared requests differ" in trial["refusal"]
    assert trial["sound"]["compared"] > trial["sound"]["mismatched"] == 0


@pytest.mark.postgresql
@pytest.mark.parametrize("moment", ["1/13", "orders:", "The nightly price change"])
def test_ctrl_c_leaves_no_process_and_says_one_line(demo, moment):
    run = demo()
    run.wait_for(moment)

    os.killpg(run.process.pid, signal.SIGINT)

    assert run.wait() == 130, run.output
    assert run.leaves_nothing()
    assert run.output.splitlines()[-1] == INTERRUPTED
    assert "Traceback" not in run.output


@pytest.mark.sqlite
def test_sigterm_leaves_no_process(demo):
    run = demo("--sqlite")
    run.wait_for("orders:")

    run.process.terminate()

    assert run.wait() == 130
    assert run.leaves_nothing()
    assert run.output.splitlines()[-1] == INTERRUPTED


@pytest.mark.sqlite
def test_a_killed_demo_leaves_no_process(demo):
    run = demo("--sqlite")
    run.wait_for("The nightly price change")

    run.process.kill()

    assert run.wait() == -signal.SIGKILL
    assert run.leaves_nothing(15), run.processes()


@pytest.mark.sqlite
def test_a_process_that_dies_is_named_with_its_last_lines(demo):
    run = demo("--sqlite")
    run.wait_for("The nightly price change")
    loops = [pid for pid in run.processes() if "cqrs_refresh\0--follow" in traces(pid) and pid_runs(pid)]

    for pid in loops:
        os.kill(pid, signal.SIGKILL)

    assert run.wait() == 1
    assert "The refresh loop ended with code -9" in run.output
    assert "Following customers_cqrs.CustomerCard" in run.output
    assert "Traceback" not in run.output
    assert run.leaves_nothing()


def pid_runs(pid: int) -> bool:
    """Whether it is the loop itself, and not its guardian."""
    return "guardian.py" not in traces(pid)


@pytest.mark.sqlite
def test_serve_keeps_everything_up_and_says_what_to_try(demo):
    run = demo("--sqlite", "--serve", "--seconds", "1")
    run.wait_for("Everything runs until Ctrl-C.", WHOLE_RUN_SECONDS)
    run.wait_for("Logs:")
    assert "Admin: http://127.0.0.1:" in run.output
    address = run.output.split("Admin: http://127.0.0.1:")[1].split("/")[0]
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", int(address))) == 0

    os.killpg(run.process.pid, signal.SIGINT)

    assert run.wait() == 130
    assert run.leaves_nothing()


@pytest.mark.sqlite
def test_what_cannot_start_says_so_in_one_line(demo):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = {
            f"Port {port} cannot be used": demo("--sqlite", "--port", port),
            "DATABASE_URL=postgresql://127.0.0.1:1/x does not": demo(
                DATABASE_URL="postgresql://127.0.0.1:1/x"
            ),
            "REDIS_URL=redis://127.0.0.1:1/0 does not": demo(REDIS_URL="redis://127.0.0.1:1/0"),
            "--clients 1: one reads": demo("--clients", "1"),
        }
        for complaint, run in refused.items():
            assert run.wait() == 2
            assert run.output.splitlines()[-1].startswith(f"CommandError: {complaint}")
            assert "Traceback" not in run.output
            assert run.leaves_nothing()
