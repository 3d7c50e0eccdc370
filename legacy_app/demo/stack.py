"""Everything that runs beside the demo: servers, web workers, Celery, the refresh loop."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from legacy_app.demo.exceptions import CannotStart
from legacy_app.demo.http import Connection
from legacy_app.demo.processes import Process, died
from legacy_app.demo.releases.release import FILE, Release, deploy
from legacy_app.servers import ServerError, database_server, own_postgresql, own_redis, redis_server
from legacy_app.servers.lifeline import Lifeline
from legacy_app.servers.server import Server, free_port

HOST = "127.0.0.1"
WARM_SECONDS = 30.0
QUEUES, SHADOW_QUEUE = "orders,commands,celery", "cqrs_shadow"
WORKER, COMPARER, REFRESHER = "Celery worker", "comparing Celery worker", "refresh loop"
# The default scheduler keeps a file of what ran when; nothing here needs to outlive the process.
CELERY_BEAT = ["-m", "celery", "-A", "legacy_app", "beat", "-l", "INFO", "-S", "celery.beat:Scheduler"]


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much of everything there is: SQLite has one writer, so more hands would only queue for it."""

    web_workers: int
    web_threads: int
    celery_workers: int


ON_SERVERS = Sizes(web_workers=2, web_threads=4, celery_workers=2)
ON_SQLITE = Sizes(web_workers=1, web_threads=4, celery_workers=1)


class Stack:
    """The servers and processes of one run. Leaving the block ends those that were started in it.

    Args:
        sqlite: whether the run does without servers.
        port: of the web server; None for a free one.
    """

    def __init__(self, *, sqlite: bool, port: int | None) -> None:
        self.sqlite = sqlite
        self.port = port
        self.servers: list[Server] = []
        self.processes: list[Process] = []
        self.stopped: list[Process] = []
        self.environment: dict[str, str] = {}
        self._exit = ExitStack()

    def __enter__(self) -> "Stack":
        return self

    def __exit__(self, *raised: object) -> None:
        for process in self.processes:
            process.kill()
        self._exit.close()

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start_servers(self) -> None:
        """Start what the environment does not name, and set ``environment`` for all that follow.

        Raises:
            CannotStart: a server is down or cannot be started, or the port is taken.
        """
        self.port = usable_port(self.port)
        try:
            folder = self._exit.enter_context(Lifeline()).directory
            servers = self._file_environment(folder) if self.sqlite else self._server_environment()
            self.environment = {**servers, FILE: str(folder / "release.json")}
        except ServerError as error:
            raise CannotStart(str(error)) from error

    @property
    def sizes(self) -> Sizes:
        return ON_SQLITE if self.environment["DATABASE_URL"].startswith("sqlite") else ON_SERVERS

    def start_processes(self) -> None:
        """Start all processes, which need the tables; :meth:`await_processes` waits for them."""
        self._start("web server", self._gunicorn(), "Listening at")
        self._start(WORKER, self._celery_worker(), "ready.")
        self._start("Celery beat", CELERY_BEAT, "beat: Starting")
        self._start(COMPARER, self._comparing_worker(), "ready.", nice=True)
        self._start(REFRESHER, ["manage.py", "cqrs_refresh", "--follow"], "Following")

    def await_processes(self, token: str) -> None:
        """Wait until all are ready; web workers are, when each has answered a request.

        Raises:
            ProcessDied: one of them has ended, or takes too long.
        """
        for process in self.processes:
            process.await_start()
        self._warm_up(token)

    def stop_worker(self) -> None:
        """End the Celery worker at once, with whatever it has in hand."""
        for process in [one for one in self.processes if one.name == WORKER]:
            process.kill()
            self.processes.remove(process)
            self.stopped.append(process)

    def start_worker(self) -> None:
        """Start a Celery worker once more, and wait until it is ready.

        Raises:
            ProcessDied: it has ended, or takes too long.
        """
        self._start(WORKER, self._celery_worker(), "ready.")
        self.processes[-1].await_start()

    def deploy(self, release: Release) -> None:
        """Have the processes answer by other candidates, as a deployment does."""
        deploy(release, Path(self.environment[FILE]))

    @contextmanager
    def without_refresh(self) -> Iterator[None]:
        """The refresh loop is held, as by an overloaded machine."""
        (loop,) = [process for process in self.processes if process.name == REFRESHER]
        loop.send(signal.SIGSTOP)
        try:
            yield
        finally:
            loop.send(signal.SIGCONT)

    def check(self) -> None:
        """
        Raises:
            ProcessDied: one of them does not run any more.
        """
        for server in self.servers:
            if not server.running:
                raise died(server.name, "unexpectedly", server.lifeline.log)
        for process in self.processes:
            process.check()

    def _server_environment(self) -> dict[str, str]:
        redis = self._named_or_own("REDIS_URL", redis_server, own_redis)
        database = self._named_or_own("DATABASE_URL", database_server, own_postgresql)
        return {
            "DATABASE_URL": database,
            "REDIS_URL": redis,
            "DJANGO_SETTINGS_MODULE": "legacy_app.demo.settings",
        }

    def _named_or_own(self, variable: str, named: Callable, own: Callable) -> str:
        if os.environ.get(variable):
            return self._exit.enter_context(named())
        server = self._exit.enter_context(own())
        self.servers.append(server)
        return server.url

    def _file_environment(self, folder: Path) -> dict[str, str]:
        return {
            "DATABASE_URL": f"sqlite:///{folder / 'shop.sqlite3'}",
            "REDIS_URL": "",
            "DEMO_BROKER_FOLDER": str(folder / "broker"),
            "DJANGO_SETTINGS_MODULE": "legacy_app.demo.settings_sqlite",
        }

    def _start(self, name: str, argv: list[str], sign: str, *, nice: bool = False) -> None:
        lifeline = self._exit.enter_context(Lifeline())
        # What a killed process leaves in its temporary directory goes with the lifeline's.
        more = {"PYTHONUNBUFFERED": "1", "TMPDIR": str(lifeline.directory)}
        environment = os.environ | self.environment | more
        self.processes.append(Process(name, lifeline, argv, environment, sign=sign, nice=nice))

    def _gunicorn(self) -> list[str]:
        return [
            *("-m", "gunicorn", "legacy_app.demo.wsgi", "--bind", f"{HOST}:{self.port}"),
            *("--worker-class", "gthread", "--keep-alive", "30", "--no-control-socket"),
            *("--workers", str(self.sizes.web_workers), "--threads", str(self.sizes.web_threads)),
        ]

    def _celery_worker(self) -> list[str]:
        return [
            *("-m", "celery", "-A", "legacy_app", "worker", "-Q", QUEUES),
            *("-c", str(self.sizes.celery_workers), "-l", "INFO"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ]

    def _comparing_worker(self) -> list[str]:
        """What compares both sides, when there is time for it."""
        return [
            *("-m", "celery", "-A", "legacy_app", "worker", "-Q", SHADOW_QUEUE, "-P", "solo", "-l", "INFO"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ]

    def _warm_up(self, token: str) -> None:
        """A web worker imports most of the application with its first request."""
        warm: set[str] = set()
        deadline = time.monotonic() + WARM_SECONDS
        while len(warm) < self.sizes.web_workers and time.monotonic() < deadline:
            self.check()
            connection = Connection(self.port or 0, token)
            warm.add(connection.get("/api/orders/?page_size=1").process)
            connection.close()
            warm.discard("")


def usable_port(port: int | None) -> int:
    """The port that was asked for, or a free one.

    Raises:
        CannotStart: another process has it.
    """
    if port is None:
        return free_port()
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} cannot be used ({error.strerror}): name another --port"
            ) from error
    return port
