"""Whether a read model's rows may be served right now."""

import logging
import time

from django.db import DatabaseError, connections, transaction

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.exceptions import ProjectionError
from cqrs_read.standing.state import reason_not_current, state_of

logger = logging.getLogger(__name__)

FRESH_SECONDS = 0.5

_known: dict[type[ReadModel], tuple[float, str]] = {}


def reason_not_to_serve(read_model: type[ReadModel]) -> str:
    """Why ``read_model`` must not be served, in one line; empty if it may be.

    Asks the database at most every half second, on the request's own connection, and never raises.
    """
    if _is_in_transaction(read_model):
        # A test's, or a caller's own: what is true in here may be rolled back.
        return _ask(read_model)
    known = _known.get(read_model)
    if known and time.monotonic() - known[0] < FRESH_SECONDS:
        return known[1]
    reason = _ask(read_model)
    _known[read_model] = (time.monotonic(), reason)
    return reason


def forget() -> None:
    """Ask again at the next call."""
    _known.clear()


def _is_in_transaction(read_model: type[ReadModel]) -> bool:
    try:
        return bool(connections[projection_of(read_model).target].in_atomic_block)
    except ProjectionError:
        return False


def _ask(read_model: type[ReadModel]) -> str:
    try:
        using = projection_of(read_model).target
        # A failing query must not break the transaction that a caller may have open.
        if connections[using].in_atomic_block:
            with transaction.atomic(using=using):
                return reason_not_current(read_model, state_of(read_model))
        return reason_not_current(read_model, state_of(read_model))
    except (DatabaseError, ProjectionError) as error:
        logger.warning("cannot tell whether %s may be served: %s", name_of(read_model), error)
        return f"{name_of(read_model)}: {error}"
