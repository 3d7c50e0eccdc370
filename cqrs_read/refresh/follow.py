"""Following: keep every read model fresh until told to stop."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import closing

from django.db import Error as DatabaseError
from django.db import connections

from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.declaration.refused import without_refused
from cqrs_read.exceptions import DatabaseAway
from cqrs_read.fan_out.order import in_dependency_order
from cqrs_read.refresh.care import Care
from cqrs_read.refresh.crew import Crew
from cqrs_read.refresh.due import due
from cqrs_read.standing import problem

logger = logging.getLogger(__name__)

RECONNECT_SECONDS = 1.0


def follow(
    read_models: Sequence[type[ReadModel]],
    *,
    interval: float,
    stopped: Callable[[], bool],
    jobs: int = 1,
) -> None:
    """Refresh ``read_models``, those that others are computed from first; also does the repairs that are due.

    A database that goes away is waited for: what others write meanwhile stays in the change log.

    Args:
        interval: seconds to wait when nothing has changed, and from one pass to the next when something has, so
            that a stream of small changes is consumed in windows of several.
        stopped: asked between any two passes.
        jobs: read models that are attended to at the same time, each over a connection of its own.
    """
    ordered = in_dependency_order(without_refused(read_models))
    care = Care()
    with closing(Crew(jobs)) as crew:
        while not stopped():
            begun = time.monotonic()
            try:
                busy = crew.attend(due(ordered, idle=care.take(ordered)), interval)
            except (DatabaseAway, DatabaseError) as error:
                if not (isinstance(error, DatabaseAway) or _is_away(ordered, error)):
                    raise
                logger.warning("The database is away, trying again in %s s: %s", RECONNECT_SECONDS, error)
                connections.close_all()
                time.sleep(RECONNECT_SECONDS)
            else:
                taken = time.monotonic() - begun if busy else 0.0
                time.sleep(max(0.0, interval - taken))


def _is_away(read_models: Sequence[type[ReadModel]], error: Exception) -> bool:
    return any(problem.is_away(read_model, error) for read_model in read_models)
