"""A server of one's own: started on a free loopback port, with its data in a temporary directory."""

import os
import random
import signal
import socket
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

from .exceptions import PortTaken, ServerError, ServerExited, last_lines
from .lifeline import Lifeline

# Below the range from which Linux takes the ports of outgoing connections (32768 and up), so that nobody
# takes the port of a server that is down for a moment.
PORTS = range(20000, 32000)
PORT_ATTEMPTS = 5
START_SECONDS = 60.0
STOP_SECONDS = 30.0
POLL_SECONDS = 0.02
# How long a killed server's leftovers may keep its port or memory.
RESTART_SECONDS = 15.0


class Server(ABC):
    """A server process that can be started, stopped, killed and started again on the same port and data.

    Args:
        lifeline: Holds the directory and the process; whoever cuts it ends the server for good.
        durable: Whether an acknowledged write must survive a crash of the machine.
    """

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    # How the guardian ends the server when the data is thrown away anyway.
    drop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    port_taken: ClassVar[str] = "Address already in use"
    # What the log of a start says when the process that was killed before is not gone entirely.
    leftovers: ClassVar[tuple[str, ...]] = ()

    def __init__(self, lifeline: Lifeline, *, durable: bool = False) -> None:
        self.lifeline = lifeline
        self.durable = durable
        self.port: int | None = None
        self.pid: int | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """The address for ``DATABASE_URL`` or ``REDIS_URL``."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the data directory before the first start."""

    @abstractmethod
    def command(self, port: int) -> list[str]:
        """The command that runs the server in the foreground."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether this very server, not another one on the same port, accepts connections."""

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            PortTaken: Another process holds the port of the earlier start, or five free ones in turn.
            ServerExited: The server ended instead.
        """
        if self.running:
            return
        if self.port is not None:
            self._start_again(self.port)
            return
        self.prepare()
        for _ in range(PORT_ATTEMPTS):
            try:
                self._start_on(free_port())
                return
            except PortTaken as error:
                taken = error
        raise taken

    def stop(self) -> None:
        """Let the server finish its work and end; its port and data stay reserved for the next start."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """End the server as a crash does: no warning, no checkpoint, connections break."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop the server and start it on the same port and data."""
        self.stop()
        self.start()

    @property
    def running(self) -> bool:
        return self.pid is not None and self.lifeline.exit_code() is None

    def _start_again(self, port: int) -> None:
        deadline = time.monotonic() + RESTART_SECONDS
        while True:
            try:
                self._start_on(port)
                return
            except PortTaken:
                if time.monotonic() > deadline:
                    raise
            except ServerExited as error:
                if time.monotonic() > deadline or not any(sign in str(error) for sign in self.leftovers):
                    raise
            time.sleep(POLL_SECONDS)

    def _start_on(self, port: int) -> None:
        self.port = port
        log_start = self.lifeline.log.stat().st_size if self.lifeline.log.exists() else 0
        self.pid = self.lifeline.spawn(self.command(port), environment(), stop_signal=self.drop_signal)
        try:
            self._await_answer()
        except ServerExited:
            self.pid = None
            if self.port_taken in _written_since(self.lifeline.log, log_start):
                raise PortTaken(
                    f"Port {port}, chosen for {self.name}, is in use by another process"
                ) from None
            raise

    def _await_answer(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            exit_code = self.lifeline.exit_code()
            if exit_code is not None:
                raise ServerExited(self.name, self.lifeline.log, exit_code)
            if time.monotonic() > deadline:
                tail = " | ".join(last_lines(self.lifeline.log, count=4))
                raise ServerError(f"{self.name} does not answer after {START_SECONDS:.0f} s: {tail}")
            time.sleep(POLL_SECONDS)

    def _end(self, number: signal.Signals) -> None:
        if not self.running:
            return
        self.lifeline.send(number)
        deadline = time.monotonic() + STOP_SECONDS
        while self.running:
            if time.monotonic() > deadline:
                raise ServerError(f"{self.name} still runs {STOP_SECONDS:.0f} s after {number.name}")
            time.sleep(POLL_SECONDS)
        self.pid = None


def environment() -> dict[str, str]:
    """What a server process sees of the environment: none of the variables that would configure it."""
    passed = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    return {name: os.environ[name] for name in passed if name in os.environ} | {"LC_ALL": "C"}


def free_port() -> int:
    """A loopback port that nobody listens on at the moment."""
    for port in random.sample(PORTS, 100):
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise PortTaken(f"None of 100 ports between {PORTS.start} and {PORTS.stop} is free on 127.0.0.1")


def _written_since(log: Path, start: int) -> str:
    return log.read_bytes()[start:].decode(errors="replace")
