"""The sandbox: code runs for real, with a database and caches that it writes to, and then nothing of it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypedDict, TypeVar, Unpack

from cqrs_routing.sandbox.active import Sandbox, active, within
from cqrs_routing.sandbox.databases import custody_of_all
from cqrs_routing.sandbox.effect import Effect, Kind, Recorded
from cqrs_routing.sandbox.guard import Limits
from cqrs_routing.sandbox.installation import install
from cqrs_routing.sandbox.refusal import SandboxMisused

T = TypeVar("T")


class Options(TypedDict, total=False):
    """How a sandbox is; see :func:`sandbox`."""

    tolerate: Collection[Kind]
    statement_timeout: float | None
    lock_timeout: float | None
    transaction: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome(Generic[T]):
    """What came of code in a sandbox: its result or the error that it raised, and the effects that it tried to have.

    ``callbacks`` is how often it called ``on_commit``, and ``left_out`` how many more effects there were.
    """

    result: T | None
    error: Exception | None
    effects: tuple[Effect, ...]
    left_out: int
    callbacks: int


def run(function: Callable[[], T], **options: Unpack[Options]) -> Outcome[T]:
    """Call ``function`` in a sandbox. No Exception leaves it, be it the function's or the sandbox's own.

    Whatever is lazy in the result (a query, a response that renders or streams later) would run outside: ``function``
    must have done with it when it returns.

    Args:
        options: those of :func:`sandbox`.
    """
    recorded, result, error = Recorded(), None, None
    try:
        with sandbox(**options) as recorded:
            result = function()
    except Exception as raised:  # noqa: BLE001  whoever reads the outcome is told
        result, error = None, raised
    return Outcome(
        result=result,
        error=error,
        effects=tuple(recorded.effects),
        left_out=recorded.left_out,
        callbacks=recorded.callbacks,
    )


@contextmanager
def sandbox(
    *,
    tolerate: Collection[Kind] = (),
    statement_timeout: float | None = None,
    lock_timeout: float | None = None,
    transaction: bool = True,
) -> Iterator[Recorded]:
    """The block writes, sends and deletes as it likes, and leaves nothing; what it tried to do outside is recorded.

    Everything written to a database is rolled back, whatever the code does about transactions. Mail, tasks and cache
    writes seem to succeed; files, sockets, HTTP, processes and threads are refused with
    :class:`~cqrs_routing.sandbox.refusal.EffectRefused`. Other threads, and other tasks, notice nothing.

    What stays: files in the temporary folder, log records, and what the code has changed in the memory of the process.

    Args:
        tolerate: kinds of effects that are kept in as all others, and not recorded.
        statement_timeout: seconds that a statement may take; PostgreSQL only, as the next.
        lock_timeout: seconds that it may wait for a lock.
        transaction: whether a connection that is in a transaction already gets a savepoint. If not, whoever began the
            transaction has to roll it back, and no timeout is set on it.

    Raises:
        SandboxMisused: within a sandbox, or in a thread that runs an event loop: a coroutine may call a sandbox by
            ``sync_to_async``.
        DatabaseError: the transaction cannot begin.
    """
    check_place()
    install()
    entered = Sandbox(Recorded(tolerate))
    limits = Limits(statement_timeout, lock_timeout)
    with custody_of_all(entered, limits, transaction=transaction), within(entered):
        yield entered.recorded


def check_place() -> None:
    if active.get() is not None:
        raise SandboxMisused(
            "A sandbox cannot be opened within a sandbox: the outer one keeps everything in already."
        )
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise SandboxMisused("A sandbox cannot be opened in an event loop's thread: call it by sync_to_async().")
