"""Following: keep every read model fresh until told to stop."""

import logging
import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connections

from cqrs_read import backfill
from cqrs_read.models import BackfillRun
from cqrs_read.projection import projection_of
from cqrs_read.read_model import ReadModel
from cqrs_read.refresh import refresh
from cqrs_read.state import trim, withdraw_if_unseen

logger = logging.getLogger(__name__)

CARE_SECONDS = 10.0
"""Between two looks at the triggers and the length of the change log."""

RECONNECT_SECONDS = 1.0


def follow(read_models: list[type[ReadModel]], *, interval: float, stopped: Callable[[], bool]) -> None:
    """Refresh ``read_models`` in turn; also does the repairs that lost changes have made necessary.

    A database that goes away is waited for: what others write meanwhile stays in the change log.

    Args:
        interval: seconds to wait when nothing has changed.
        stopped: asked between any two steps.
    """
    cared_at = 0.0
    while not stopped():
        try:
            if time.monotonic() - cared_at > CARE_SECONDS:
                _take_care(read_models)
                cared_at = time.monotonic()
            busy = [_step(read_model) for read_model in read_models]
        except (OperationalError, InterfaceError) as error:
            logger.warning("The database is away, trying again in %s s: %s", RECONNECT_SECONDS, error)
            connections.close_all()
            time.sleep(RECONNECT_SECONDS)
        else:
            if not any(busy):
                time.sleep(interval)


def _step(read_model: type[ReadModel]) -> bool:
    """One window, and one chunk of a repair if one is due: fresh changes never wait behind a whole one.

    Returns:
        Whether there was anything to do.
    """
    refreshed = refresh(read_model)
    run = backfill.running(read_model)
    repairing = run is not None and run.kind == BackfillRun.Kind.REPAIR
    if run is not None and repairing:
        backfill.advance(read_model, run)
    return bool(refreshed.keys) or repairing


def _take_care(read_models: list[type[ReadModel]]) -> None:
    for read_model in read_models:
        if reason := withdraw_if_unseen(read_model):
            logger.warning("%s", reason)
    for using in {projection_of(read_model).using for read_model in read_models}:
        trim(using)
