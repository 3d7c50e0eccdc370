from dataclasses import dataclass

from cqrs_write import Command, Context, handles
from cqrs_write.bus import accept
from cqrs_write.outbox.emit import emit

from .events import Happened
from .tasks import follow_up


@dataclass(frozen=True, kw_only=True)
class Begin(Command):
    pass


@dataclass(frozen=True, kw_only=True)
class GoOn(Command):
    asked_by: str


@handles(Begin, queue="traced")
def begin(command: Begin, context: Context) -> None:
    accept(GoOn(asked_by="handler"))
    emit(Happened(aggregate_id="in Begin"))
    follow_up.delay("task")


@handles(GoOn, queue="traced")
def go_on(command: GoOn, context: Context) -> None:
    emit(Happened(aggregate_id=f"in GoOn asked by {command.asked_by}"))
