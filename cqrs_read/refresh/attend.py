"""Attending to read models: one pass over all that have something to do, which follow and Celery share."""

import time
from collections.abc import Sequence

from cqrs_read import backfill
from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.exceptions import DatabaseAway
from cqrs_read.refresh.due import Due, due
from cqrs_read.refresh.turn import consume, work_off
from cqrs_read.standing import problem


def attend_all(read_models: Sequence[type[ReadModel]], *, idle: bool = False) -> bool:
    """Attend to each of ``read_models`` that has something to do. Returns whether anything was done.

    Args:
        idle: as in :func:`cqrs_read.refresh.due.due`.

    Raises:
        DatabaseAway: if a database cannot be reached.
    """
    done = [attend(one) for one in due(read_models, idle=idle)]
    return any(done)


def attend_for(read_models: Sequence[type[ReadModel]], seconds: float, *, idle: bool = False) -> None:
    """Attend to ``read_models`` until there is nothing left to do here, or for ``seconds``.

    Args:
        idle: as in :func:`cqrs_read.refresh.due.due`, the first time.

    Raises:
        DatabaseAway: if a database cannot be reached.
    """
    until = time.monotonic() + seconds
    while attend_all(read_models, idle=idle) and time.monotonic() < until:
        idle = False


def attend(what: Due) -> bool:
    """One window, one page of the backlog and one chunk of a run: none of them waits for the whole of another.

    What fails is recorded on the read model, which is tried again later; the others go on.

    Returns:
        Whether anything was done; not where another process is at it.

    Raises:
        DatabaseAway: if a database cannot be reached.
    """
    read_model = what.read_model
    try:
        done = [
            (what.window or what.troubled) and consume(read_model, wait=False) is not None,
            what.backlog and work_off(read_model, wait=False) is not None,
            what.run and backfill.work(read_model),
        ]
    except Exception as error:
        if problem.is_away(read_model, error):
            raise DatabaseAway(str(error)) from error
        problem.record(read_model, error)
        return False
    if what.troubled and any(done):
        problem.clear(read_model)
    return any(done)
