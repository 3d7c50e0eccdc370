"""Following: keep every read model fresh until told to stop."""

import time
from collections.abc import Callable

from cqrs_read import backfill
from cqrs_read.models import BackfillRun
from cqrs_read.projection import projection_of
from cqrs_read.read_model import ReadModel
from cqrs_read.refresh import Refreshed, refresh
from cqrs_read.state import trim

TRIM_SECONDS = 10.0


def follow(
    read_models: list[type[ReadModel]],
    *,
    interval: float,
    stopped: Callable[[], bool],
    on_refresh: Callable[[type[ReadModel], Refreshed], None] = lambda read_model, refreshed: None,
) -> None:
    """Refresh ``read_models`` in turn; also does the repairs that lost changes have made necessary.

    Args:
        interval: seconds to wait when nothing has changed.
        stopped: asked between any two steps.
        on_refresh: called after a refresh that found changes.
    """
    trimmed_at = time.monotonic()
    while not stopped():
        busy = False
        for read_model in read_models:
            refreshed = refresh(read_model)
            if refreshed.keys:
                busy = True
                on_refresh(read_model, refreshed)
            busy |= _repair_step(read_model)
        if time.monotonic() - trimmed_at > TRIM_SECONDS:
            for using in {projection_of(read_model).using for read_model in read_models}:
                trim(using)
            trimmed_at = time.monotonic()
        if not busy:
            time.sleep(interval)


def _repair_step(read_model: type[ReadModel]) -> bool:
    """One chunk of a repair, if one is due: fresh changes never wait behind a whole one."""
    run = backfill.running(read_model)
    if run is None or run.kind != BackfillRun.Kind.REPAIR:
        return False
    backfill.advance(read_model, run)
    return True
