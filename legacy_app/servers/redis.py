"""A Redis (or Valkey) server of one's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from .binaries import find_redis
from .lifeline import Lifeline
from .server import Server

# One for every process of a parallel test run.
DATABASES = 256


class Redis(Server):
    """A Redis server on the loopback interface that keeps its data in memory.

    With ``durable`` every write is in an append-only file before it is acknowledged, and survives a kill.
    """

    name = "Redis"

    def __init__(self, lifeline: Lifeline, program: Path, *, durable: bool = False) -> None:
        super().__init__(lifeline, durable=durable)
        self.program = program

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def prepare(self) -> None:
        """Nothing to make: the directory is there and Redis fills it."""

    def command(self, port: int) -> list[str]:
        options = {
            "--bind": "127.0.0.1",
            "--port": str(port),
            "--dir": str(self.lifeline.directory),
            "--databases": str(DATABASES),
            "--save": "",
            "--appendonly": "yes" if self.durable else "no",
            "--appendfsync": "always",
        }
        return [str(self.program), *(word for option in options.items() for word in option)]

    def answers(self) -> bool:
        try:
            with redis.Redis(port=self.port or 0, socket_connect_timeout=2, socket_timeout=2) as client:
                found = client.config_get("dir")
        except (redis.ConnectionError, redis.TimeoutError):
            return False
        return {_text(name): _text(value) for name, value in found.items()} == {
            "dir": str(self.lifeline.directory)
        }


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


@contextmanager
def own_redis(*, durable: bool = False) -> Iterator[Redis]:
    """A Redis that runs for the length of the block and can be killed in it.

    Raises:
        ServerError: No Redis was found, or it does not start.
    """
    program = find_redis()
    with Lifeline() as lifeline:
        server = Redis(lifeline, program, durable=durable)
        server.start()
        yield server
