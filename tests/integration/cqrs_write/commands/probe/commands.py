import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, transaction

from cqrs_write import Command, Context, Retry, handles

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
