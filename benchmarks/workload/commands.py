"""The same INSERT as a command, alone in its transaction and in one that it shares."""

from dataclasses import dataclass

from benchmarks.workload.models import Entry
from cqrs_write import Command, Context, handles

QUEUE = "benchmark"


@dataclass(frozen=True, kw_only=True)
class Insert(Command):
    lane: str
    number: int


@handles(Insert, lane=lambda command: command.lane, queue=QUEUE)
def insert(command: Insert, context: Context) -> None:
    Entry.objects.create(lane=command.lane, number=command.number)


@dataclass(frozen=True, kw_only=True)
class InsertShared(Insert):
    pass


@handles(InsertShared, lane=lambda command: command.lane, queue=QUEUE, group=True)
def insert_shared(command: InsertShared, context: Context) -> None:
    Entry.objects.create(lane=command.lane, number=command.number)
