"""Back pressure: a queue that is deeper than its limit takes no further commands over HTTP."""

import random
import time

from cqrs_write.conf import settings
from cqrs_write.http.problems import Problem, kinds
from cqrs_write.models import LoggedCommand
from cqrs_write.state import PENDING, WAITING, State

REMEMBERED_SECONDS = 1.0
"""For so long a process believes its last count; meanwhile a queue may grow beyond its limit."""

RETRY_SECONDS = (2, 8)
"""Between these a client is told to come back, so that not all come at once."""

_counted: dict[tuple[str, str], tuple[float, bool]] = {}
"""By queue and alias, when by the monotonic clock it was counted last, and whether it was full."""


def check(queue: str, using: str) -> None:
    """Refuse if as many commands wait in ``queue`` as ``CQRS_WRITE["QUEUE_LIMITS"]`` allows.

    Raises:
        Problem: 503, with the seconds after which to try again.
    """
    limit = (settings().queue_limits or {}).get(queue)
    if limit is not None and _is_full(queue, using, limit):
        raise Problem(
            kinds.QUEUE_FULL,
            f"{limit} commands wait in the queue '{queue}' already. Nothing was accepted; try again later.",
            headers={"Retry-After": str(random.randint(*RETRY_SECONDS))},
        )


def forget() -> None:
    """Count anew at the next check: for tests."""
    _counted.clear()


def _is_full(queue: str, using: str, limit: int) -> bool:
    now = time.monotonic()
    counted_at, full = _counted.get((queue, using), (float("-inf"), False))
    if now - counted_at >= REMEMBERED_SECONDS:
        full = depth(queue, using, limit) >= limit
        _counted[queue, using] = (now, full)
    return full


def depth(queue: str, using: str, limit: int) -> int:
    """How many commands wait in ``queue``, for their first attempt or for another; counted up to ``limit``."""
    # By the condition of the index cqrs_command_unfinished, so that it is taken whatever the statistics say.
    unfinished = LoggedCommand.objects.using(using).filter(queue=queue, state__in=[*PENDING, State.DEAD])
    count = 0
    for state in WAITING:
        if count < limit:
            count += unfinished.filter(state=state).order_by()[: limit - count].count()
    return count
