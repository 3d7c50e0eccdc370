import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from cqrs_write import Command, CommandRejected, Context, Retry, handles

from .models import Note


class Passing(Exception):
    """An error that passes by itself."""


class Written(TypedDict):
    """What is told of a note."""

    id: int
    text: str
    version: int


@dataclass(frozen=True, kw_only=True)
class Tag:
    name: Annotated[str, Field(max_length=20)]
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class WriteNote(Command):
    """Write a note."""

    text: Annotated[str, Field(max_length=100)]
    lane: str = ""
    tags: tuple[Tag, ...] = ()
    reply_to: int | None = None


@handles(WriteNote, lane=lambda command: command.lane, queue="notes")
def write_note(command: WriteNote, context: Context) -> Written:
    note = Note.objects.create(
        text=command.text, actor=context.actor, correlation=context.trace.correlation_id
    )
    return {"text": note.text, "version": note.version, "id": note.pk}


@dataclass(frozen=True, kw_only=True)
class ChangeNote(Command):
    note: int
    text: Annotated[str, Field(max_length=100)]


@handles(ChangeNote, queue="notes")
def change_note(command: ChangeNote, context: Context) -> Written:
    note = Note.objects.get(pk=command.note)
    note.text, note.version = command.text, note.version + 1
    note.save()
    return {"text": note.text, "version": note.version, "id": note.pk}


@dataclass(frozen=True, kw_only=True)
class RefuseNote(Command):
    """Writes a note, and then refuses to."""

    text: str


@handles(RefuseNote, queue="notes")
def refuse_note(command: RefuseNote, context: Context) -> None:
    Note.objects.create(text=command.text)
    raise CommandRejected(f"{command.text} is refused.", detail={"text": [f"{command.text} is refused."]})


@dataclass(frozen=True, kw_only=True)
class LoseNote(Command):
    """Writes a note, and then fails."""

    text: str


@handles(LoseNote, queue="notes")
def lose_note(command: LoseNote, context: Context) -> None:
    Note.objects.create(text=command.text)
    raise ValueError(command.text)


@dataclass(frozen=True, kw_only=True)
class PostponeNote(Command):
    text: str


@handles(PostponeNote, queue="notes", retry=Retry(on=(Passing,), backoff=7200.0, longest=7200.0))
def postpone_note(command: PostponeNote, context: Context) -> None:
    raise Passing


@dataclass(frozen=True, kw_only=True)
class SlowNote(Command):
    """Writes a note, says so in a file ``started``, and does not return before there is a file ``go``."""

    text: str
    folder: str


@handles(SlowNote, queue="notes")
def slow_note(command: SlowNote, context: Context) -> str:
    Note.objects.create(text=command.text)
    folder = Path(command.folder)
    (folder / "started").write_text(command.text)
    while not (folder / "go").exists():
        time.sleep(0.01)
    return command.text


@dataclass(frozen=True, kw_only=True)
class GuardedNote(Command):
    text: str


@handles(GuardedNote, queue="notes", permission="notes.add_note")
def guarded_note(command: GuardedNote, context: Context) -> str:
    return command.text
