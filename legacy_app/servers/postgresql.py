"""A PostgreSQL server of one's own."""

import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from .binaries import PostgreSQLPrograms, find_postgresql, server_user
from .exceptions import ServerExited
from .lifeline import Lifeline
from .server import POLL_SECONDS, Server, environment

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# A crash of the machine may lose everything, a crash of the server loses nothing.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


class PostgreSQL(Server):
    """A PostgreSQL cluster whose superuser ``postgres`` needs no password on the loopback interface.

    Args:
        programs: Which ``initdb`` and ``postgres`` to run.
        settings: Server settings by name, as in ``postgresql.conf``, over those that this module sets.
    """

    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # fast shutdown: disconnects clients, then checkpoints
    drop_signal = signal.SIGQUIT  # immediate shutdown
    leftovers = ("shared memory block", "lock file")

    def __init__(
        self,
        lifeline: Lifeline,
        programs: PostgreSQLPrograms,
        *,
        durable: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(lifeline, durable=durable)
        self.programs = programs
        self.settings = SETTINGS | ({} if durable else NOT_DURABLE) | dict(settings or {})

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def data(self) -> Path:
        return self.lifeline.directory / "data"

    def prepare(self) -> None:
        if self.data.exists():
            return
        if not self.programs.reachable:
            self.programs = self.programs.copy(self.lifeline.directory / "installation")
        locale = "C.UTF-8" if sys.platform == "linux" else "C"
        command = [str(self.programs.folder / "initdb"), "--pgdata", str(self.data), "--username", "postgres"]
        command += ["--auth", "trust", "--encoding", "UTF8", "--locale", locale, "--no-sync"]
        self.lifeline.spawn(command, environment())
        while (exit_code := self.lifeline.exit_code()) is None:
            time.sleep(POLL_SECONDS)
        if exit_code != 0:
            raise ServerExited("initdb", self.lifeline.log, exit_code)

    def command(self, port: int) -> list[str]:
        command = [str(self.programs.folder / "postgres"), "-D", str(self.data), "-p", str(port)]
        for name, value in self.settings.items():
            command += ["-c", f"{name}={value}"]
        return command

    def answers(self) -> bool:
        try:
            with psycopg.connect(self.url, connect_timeout=2, autocommit=True) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None and row[0] == str(self.data)


@contextmanager
def own_postgresql(
    *, durable: bool = False, settings: Mapping[str, str] | None = None
) -> Iterator[PostgreSQL]:
    """A PostgreSQL that runs for the length of the block and can be killed in it.

    Raises:
        ServerError: No PostgreSQL was found, or it does not start.
    """
    programs = find_postgresql()
    with Lifeline(server_user()) as lifeline:
        server = PostgreSQL(lifeline, programs, durable=durable, settings=settings)
        server.start()
        yield server
