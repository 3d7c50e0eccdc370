"""The refresher's process, and what can happen to it."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import connection, transaction

from cqrs_read.declaration.read_model import name_of
from legacy_app.orders.models import Category
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.processes import Process

NAME = name_of(OrderSummary)
SMALL_STEPS = {"DJANGO_SETTINGS_MODULE": "tests.faults.cqrs_read.small_steps"}
SELDOM_SECONDS = "1.5"
LONG_SECONDS = 0.7
PATIENCE_SECONDS = 120

Hardship = Callable[[], AbstractContextManager[Callable[[], bool]]]
"""What the refresher is put through while a block is executed; it gets a function that says whether it may end."""


def at_any_time() -> bool:
    return True


class Refresher:
    """One process that follows the read model, or none."""

    def __init__(self, spawn: Callable[..., Process]) -> None:
        self.spawn = spawn
        self.process: Process | None = None
        self.is_slow = False

    @contextmanager
    def following(self) -> Iterator[Callable[[], bool]]:
        if self.process is None or self.is_slow:
            self._start()
        yield at_any_time

    @contextmanager
    def held(self) -> Iterator[Callable[[], bool]]:
        """Stopped wherever it is, perhaps within a transaction."""
        self._send(signal.SIGSTOP)
        try:
            yield at_any_time
        finally:
            self._send(signal.SIGCONT)

    @contextmanager
    def killed(self) -> Iterator[Callable[[], bool]]:
        self._kill()
        yield at_any_time

    @contextmanager
    def slow(self) -> Iterator[Callable[[], bool]]:
        """It looks at the changes so seldom that reads wait for it."""
        self._start("--interval", SELDOM_SECONDS)
        self.is_slow = True
        yield at_any_time

    @contextmanager
    def in_small_steps(self) -> Iterator[Callable[[], bool]]:
        """It does so little at a time that most changes leave a backlog."""
        self._start(environment=SMALL_STEPS)
        self.is_slow = True
        yield at_any_time

    @contextmanager
    def beside_long_transactions(self) -> Iterator[Callable[[], bool]]:
        """Transactions stay open, and then change every order at once."""
        over = threading.Event()
        thread = threading.Thread(target=rename_category, args=(over,))
        thread.start()
        try:
            yield at_any_time
        finally:
            over.set()
            thread.join()

    @contextmanager
    def rebuilding(self) -> Iterator[Callable[[], bool]]:
        """The read model is built anew beside it, and its tables are swapped."""
        rebuild = self.spawn("manage.py", "cqrs_rebuild", NAME, "--force")
        yield lambda: rebuild.exit_code is not None
        assert rebuild.wait() == 0, rebuild.output
        assert "swapped" in rebuild.output, rebuild.output

    def _start(self, *arguments: str, environment: dict[str, str] | None = None) -> None:
        self._kill()
        self.process = self.spawn(
            *("manage.py", "cqrs_refresh", NAME, "--follow", *arguments), environment=environment
        )
        self.process.wait_for("Following", PATIENCE_SECONDS)
        self.is_slow = False

    def _kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process = None

    def _send(self, number: int) -> None:
        assert self.process is not None
        self.process.send(number)


def rename_category(over: threading.Event) -> None:
    """Again and again one row, which all orders show; each time long before its commit."""
    try:
        while not over.is_set():
            with transaction.atomic():
                Category.objects.update(name=f"Kitchen {time.monotonic()}")
                over.wait(LONG_SECONDS)
    finally:
        connection.close()
