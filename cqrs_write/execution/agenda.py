"""An agenda: the lanes that a worker goes through, and what it knows of each."""

from collections import deque
from dataclasses import dataclass, field

from cqrs_write.execution.heads import Page
from cqrs_write.models import LoggedCommand
from cqrs_write.state import State

COMMANDS_PER_VISIT = 20
"""So many of one lane's commands are executed before the worker looks at the next lane; of a batch more at once."""


@dataclass(kw_only=True, eq=False)
class Lane:
    """One lane of the page, and its first commands as they were read."""

    key: int
    rows: deque[LoggedCommand]
    all_read: bool = False
    """Whether the lane had no more commands than were read."""

    executed: int = 0
    suspects: range = field(default_factory=lambda: range(0))
    """Ids of commands that have failed together."""

    together: int = 0
    """How many suspects are executed together next."""

    def most(self, size: int) -> int:
        """How many commands may be executed together from here on, where as a rule ``size`` may."""
        return min(size, self.together) if self.rows and self.rows[0].id in self.suspects else size


class Agenda:
    """The lanes of a page, in turn: always the first, until it has had its visit."""

    def __init__(self, page: Page) -> None:
        self.queue, self.priority, self.using = page.queue, page.priority, page.using
        self.lanes = [
            Lane(key=head.lane_key, rows=deque([head])) for head in page.heads if head.state != State.RUNNING
        ]
        self.marked = [head for head in page.heads if head.state == State.RUNNING]
        """Heads that a worker has marked a while ago; it may have died since."""

        self.in_hand: frozenset[int] = frozenset()
        """Ids of commands that are executed, but not settled yet: who reads a lane still meets them there."""

        self.look_again = False
        """Whether a lane was left that may have more to execute."""

    def next(self) -> Lane:
        """The first lane of which a command is known, so that those of many are read in one statement; or the first."""
        return next((lane for lane in self.lanes if lane.rows), self.lanes[0])

    def leave(self, lane: Lane, *, look_again: bool) -> None:
        if lane in self.lanes:
            self.lanes.remove(lane)
        self.look_again |= look_again

    def executed(self, lane: Lane, commands: int) -> None:
        """So many of the lane's commands are done."""
        lane.executed += commands
        lane.together *= 2
        if lane.executed >= COMMANDS_PER_VISIT:
            self.leave(lane, look_again=True)

    def divide(self, lane: Lane, rows: list[LoggedCommand], *, together: int) -> None:
        """``rows`` have failed with others: have them executed once more, at most ``together`` of them at once."""
        lane.rows.extendleft(reversed(rows))
        lane.suspects = range(rows[0].id, max(rows[-1].id + 1, lane.suspects.stop))
        lane.together = together
        if lane not in self.lanes:
            self.lanes.insert(0, lane)
