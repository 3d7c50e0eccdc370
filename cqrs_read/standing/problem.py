"""A problem: why the refresh of a read model fails as a whole, and when it is tried again."""

import logging

from django.db import DatabaseError, connections
from django.utils import timezone

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.models import ReadModelState
from cqrs_read.standing.backoff import next_try
from cqrs_write.backends import load
from cqrs_write.cli import one_line

logger = logging.getLogger(__name__)

LONGEST = 500


def is_away(read_model: type[ReadModel], error: Exception) -> bool:
    """Whether a database of ``read_model`` cannot be reached now: a reason to wait, and no problem of its own."""
    projection = projection_of(read_model)
    return any(
        load("cqrs_read", "errors", using).is_away(error, connections[using])
        for using in {projection.using, projection.target}
    )


def record(read_model: type[ReadModel], error: Exception) -> None:
    """Have the state of ``read_model`` say what went wrong; logged when it is something else than before."""
    states = ReadModelState.objects.using(projection_of(read_model).target)
    state = states.filter(name=name_of(read_model)).first()
    if state is None:
        raise error
    text = described(error)
    if state.problem != text:
        logger.error("%s cannot be refreshed: %s", state.name, text, exc_info=error)
    state.problem_since = (state.problem and state.problem_since) or timezone.now()
    state.problem, state.attempts = text, state.attempts + 1
    state.retry_at = next_try(state.attempts)
    state.save(update_fields=["problem", "problem_since", "attempts", "retry_at"])


def clear(read_model: type[ReadModel]) -> None:
    """The refresh has succeeded again."""
    states = ReadModelState.objects.using(projection_of(read_model).target).filter(name=name_of(read_model))
    if states.exclude(problem="").update(problem="", problem_since=None, attempts=0, retry_at=None):
        logger.info("%s is refreshed again", name_of(read_model))


def described(error: Exception) -> str:
    """The error in one line, with its kind where the text alone does not say so."""
    if isinstance(error, DatabaseError):
        # The lines below the first show the statement, or a row's values.
        return str(error).partition("\n")[0][:LONGEST]
    return f"{type(error).__name__}: {one_line(error)}"[:LONGEST]
