"""Looking until a command is settled: often at first, since most take milliseconds.

The command log itself is asked, so that nothing is missed and any pool of connections will do: between two looks the
connection is idle.
"""

import time
from collections.abc import Iterator
from uuid import UUID

from cqrs_write.models import LoggedCommand
from cqrs_write.state import PENDING

FIRST_SECONDS = 0.005
LONGEST_SECONDS = 0.1


def settled_within(seconds: float, uuid: UUID, using: str) -> LoggedCommand | None:
    """The command, once it is pending no more; None if that takes longer than ``seconds``, or it is gone."""
    for _ in looks(seconds):
        row = LoggedCommand.objects.using(using).filter(uuid=uuid).first()
        if row is None or row.state not in PENDING:
            return row
    return None


def looks(seconds: float) -> Iterator[None]:
    """One now, and others until ``seconds`` have passed; twice the time after each, up to a tenth of a second."""
    deadline = time.monotonic() + seconds
    pause = FIRST_SECONDS
    yield
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(pause, left))
        pause = min(pause * 2, LONGEST_SECONDS)
        yield
