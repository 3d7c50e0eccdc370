import os
import signal
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from django.db import DatabaseError, connection, transaction

from cqrs_write import BatchContext, Command, Context, Retry, handles, handles_batch, upcasts

from .models import Effect


class Passing(Exception):
    """An error that passes by itself."""


@dataclass(frozen=True, kw_only=True)
class Probe(Command):
    """Base: the text of the effect, and the lane."""

    text: str
    lane: str = ""


def lane(command: Probe) -> str:
    return command.lane


def leave_effect(command: Probe, context: Context) -> None:
    Effect.objects.create(text=command.text, attempt=context.attempt, actor=context.actor)


@dataclass(frozen=True, kw_only=True)
class Write(Probe):
    pass


@handles(Write, lane=lane, queue="probe")
def write(command: Write, context: Context) -> dict[str, Any]:
    leave_effect(command, context)
    return {"text": command.text, "attempt": context.attempt}


@dataclass(frozen=True, kw_only=True)
class InTurn(Write):
    """Its acceptance waits for those before it in the lane."""


@handles(InTurn, lane=lane, queue="probe", in_sequence=True)
def write_in_turn(command: InTurn, context: Context) -> None:
    leave_effect(command, context)


@dataclass(frozen=True, kw_only=True)
class Stumble(Probe):
    """Fails so many times before it succeeds."""

    times: int


@handles(Stumble, lane=lane, queue="probe", retry=Retry(on=(Passing,), attempts=3, backoff=0.0))
def stumble(command: Stumble, context: Context) -> None:
    leave_effect(command, context)
    if context.attempt <= command.times:
        raise Passing(f"attempt {context.attempt}")


@dataclass(frozen=True, kw_only=True)
class Postpone(Probe):
    """Fails, and is not tried again for an hour."""


@handles(Postpone, lane=lane, queue="probe", retry=Retry(on=(Passing,), backoff=7200.0, longest=7200.0))
def postpone(command: Postpone, context: Context) -> None:
    leave_effect(command, context)
    raise Passing


@dataclass(frozen=True, kw_only=True)
class Break(Probe):
    pass


@handles(Break, lane=lane, queue="probe")
def break_down(command: Break, context: Context) -> None:
    leave_effect(command, context)
    raise ValueError(f"{command.text}\nbroke".replace("zero", "\0").replace("surrogate", "\udcff"))


@dataclass(frozen=True, kw_only=True)
class Block(Probe):
    """Fails, and holds its lane."""


@handles(Block, lane=lane, queue="probe", dead="hold")
def block(command: Block, context: Context) -> None:
    raise ValueError(command.text)


@dataclass(frozen=True, kw_only=True)
class Hide(Probe):
    """Catches a database error and goes on, with or without an atomic block around what fails."""

    atomic: bool = False


@handles(Hide, lane=lane, queue="probe")
def hide(command: Hide, context: Context) -> None:
    leave_effect(command, context)
    try:
        if command.atomic:
            with transaction.atomic():
                fail_in_database()
        else:
            fail_in_database()
    except DatabaseError:
        pass


def fail_in_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")


@dataclass(frozen=True, kw_only=True)
class Return(Probe):
    """Returns what is not JSON."""


@handles(Return, lane=lane, queue="probe")
def return_it(command: Return, context: Context) -> object:
    leave_effect(command, context)
    return {"number": float("nan")} if command.text == "nan" else {"object": object()}


@dataclass(frozen=True, kw_only=True)
class Notify(Probe):
    """Appends to a file once committed; the file of a text that cannot be opened makes that fail."""

    file: str
    bypass: bool = False


@handles(Notify, lane=lane, queue="probe")
def notify(command: Notify, context: Context) -> None:
    leave_effect(command, context)
    if command.bypass:
        transaction.on_commit(lambda: append(command))
    else:
        context.on_commit(lambda: append(command))


def append(command: Notify) -> None:
    with Path(command.file).open("a") as file:
        file.write(f"{command.text}\n")


@dataclass(frozen=True, kw_only=True)
class Linger(Probe):
    """Leaves its effect, says so in a file ``started``, and does not return before there is a file ``go``."""

    folder: str


@handles(Linger, lane=lane, queue="probe")
def linger(command: Linger, context: Context) -> None:
    leave_effect(command, context)
    folder = Path(command.folder)
    (folder / "started").write_text(command.text)
    while not (folder / "go").exists():
        time.sleep(0.01)


@dataclass(frozen=True, kw_only=True)
class Conflict(Probe):
    """The database reports a conflict with another transaction at the first attempt."""

    sqlstate: str


@handles(Conflict, lane=lane, queue="probe", retry=Retry(backoff=0.0))
def conflict(command: Conflict, context: Context) -> None:
    leave_effect(command, context)
    if context.attempt == 1:
        with connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{command.sqlstate}'; END $$")


@dataclass(frozen=True, kw_only=True)
class Guarded(Probe):
    pass


@handles(Guarded, queue="probe", permission="probe.add_effect")
def guarded(command: Guarded, context: Context) -> dict[str, Any]:
    leave_effect(command, context)
    return {"text": command.text}


@dataclass(frozen=True, kw_only=True)
class Share(Probe):
    """May share a transaction with others; ``fails`` whenever it is told to, ``crashes`` ends the worker."""

    fails: bool = False
    crashes: bool = False


@handles(Share, lane=lane, queue="probe", group=True)
def share(command: Share, context: Context) -> str:
    leave_effect(command, context)
    if command.crashes:
        os.kill(os.getpid(), signal.SIGKILL)
    if command.fails:
        raise ValueError(command.text)
    return transaction_id()


def transaction_id() -> str:
    """What is the same for all that one transaction does."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        return str(cursor.fetchone()[0])


@dataclass(frozen=True, kw_only=True)
class Report(Probe):
    """Executed in batches; of one ``source`` in order."""

    source: int = 0
    fails: bool = False
    crashes: bool = False


@handles_batch(Report, key="source", max_size=8, max_wait=0.05, shards=2, queue="probe")
def report(commands: list[Report], context: BatchContext) -> list[int]:
    Effect.objects.bulk_create(
        Effect(text=command.text, attempt=one.attempt)
        for command, one in zip(commands, context.contexts, strict=True)
    )
    if any(command.crashes for command in commands):
        os.kill(os.getpid(), signal.SIGKILL)
    if bad := [command.text for command in commands if command.fails]:
        raise ValueError(" ".join(bad))
    return [len(commands)] * len(commands)


@dataclass(frozen=True, kw_only=True)
class Locate(Probe):
    """Only the newest of a ``source`` is executed."""

    source: int


@handles_batch(Locate, coalesce="source", max_size=100, max_wait=0.0, shards=1, queue="probe")
def locate(commands: list[Locate], context: BatchContext) -> None:
    Effect.objects.bulk_create(Effect(text=command.text) for command in commands)


@dataclass(frozen=True, kw_only=True)
class Crash(Probe):
    """Ends the process of its worker, as running out of memory would."""


@handles(Crash, lane=lane, queue="probe")
def crash(command: Crash, context: Context) -> None:
    leave_effect(command, context)
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, kw_only=True)
class Hang(Probe):
    """Takes longer than it may, at its first attempt: it sleeps, or computes, or asks the database over and over."""

    how: str


@handles(Hang, lane=lane, queue="probe", time_limit=0.2, retry=Retry(backoff=0.0))
def hang(command: Hang, context: Context) -> None:
    leave_effect(command, context)
    until = time.monotonic() + 30
    while context.attempt == 1 and time.monotonic() < until:
        if command.how == "sleep":
            time.sleep(30)
        elif command.how == "ask":
            Effect.objects.count()


@dataclass(frozen=True, kw_only=True)
class Pay(Probe):
    card: str
    fails: bool = False


@handles(Pay, queue="probe", sensitive=("card",), retention=timedelta(days=7))
def pay(command: Pay, context: Context) -> None:
    leave_effect(command, context)
    if command.fails:
        raise ValueError(f"card {command.card} was refused")


@dataclass(frozen=True, kw_only=True)
class Rename(Probe):
    """Its ``text`` was called ``title`` in version 1, and ``name`` in version 2."""

    version: ClassVar[int] = 3


@upcasts(Rename, version=1)
def title_is_name(payload: dict[str, Any]) -> dict[str, Any]:
    return {"name": payload["title"]}


@upcasts(Rename, version=2)
def name_is_text(payload: dict[str, Any]) -> dict[str, Any]:
    return {"text": payload["name"]}


@handles(Rename, queue="probe")
def rename(command: Rename, context: Context) -> None:
    leave_effect(command, context)


@dataclass(frozen=True, kw_only=True)
class Urgent(Probe):
    pass


@handles(Urgent, lane=lane, queue="probe", priority=9)
def urgent(command: Urgent, context: Context) -> None:
    leave_effect(command, context)


@dataclass(frozen=True, kw_only=True)
class Toil(Stumble):
    """Takes a while, and fails so many times before it succeeds."""


@handles(Toil, lane=lane, queue="probe", retry=Retry(on=(Passing,), attempts=3, backoff=0.0))
def toil(command: Toil, context: Context) -> None:
    leave_effect(command, context)
    time.sleep(0.002)
    if context.attempt <= command.times:
        raise Passing(f"attempt {context.attempt}")


@dataclass(frozen=True, kw_only=True)
class ToilTogether(Toil):
    pass


@handles(
    ToilTogether, lane=lane, queue="probe", group=True, retry=Retry(on=(Passing,), attempts=3, backoff=0.0)
)
def toil_together(command: ToilTogether, context: Context) -> None:
    toil(command, context)
