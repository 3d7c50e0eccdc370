"""The throttles that come with the toolkit: each is a function from a read model to why its backfill has to wait.

Write one of your own the same way, and add its dotted path to ``CQRS_READ["THROTTLES"]``. It is asked about once a
second; an empty text lets the backfill go on.
"""

from datetime import timedelta
from typing import Any

from django.db import connections
from django.utils import timezone

from cqrs_read.conf import settings
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of, read_models
from cqrs_read.declaration.table import table_name
from cqrs_read.exceptions import ProjectionError
from cqrs_read.fan_out.dependencies import streams
from cqrs_read.standing.state import reason_not_current, state_of
from cqrs_write import changelog
from cqrs_write.backends import load

REFRESHED_SECONDS = 60.0
"""Within which a refresher that lives has done something, if there is anything to do."""


def lag(read_model: type[ReadModel]) -> str:
    """A read model that is served falls behind its source, though somebody refreshes it."""
    for other in read_models():
        try:
            behind = _behind(other)
        except ProjectionError:  # a check reports it; it is not followed
            continue
        if behind > settings().throttle_lag_seconds:
            return f"{name_of(other)} is {behind:.0f} s behind"
    return ""


def busy(read_model: type[ReadModel]) -> str:
    """Many sessions of the database are at work."""
    active = _ask(projection_of(read_model).using, "active_sessions")
    return f"{active} sessions are at work" if active > settings().throttle_active else ""


def replication_lag(read_model: type[ReadModel]) -> str:
    """A replica falls behind."""
    behind = _ask(projection_of(read_model).target, "replication_lag")
    return f"a replica is {behind:.0f} s behind" if behind > settings().throttle_replication_seconds else ""


def autovacuum(read_model: type[ReadModel]) -> str:
    """Autovacuum works at the read model's table."""
    table = table_name(read_model)
    vacuumed = _ask(projection_of(read_model).target, "is_being_vacuumed", table)
    return f"autovacuum works at {table}" if vacuumed else ""


def _behind(read_model: type[ReadModel]) -> float:
    """Seconds that a read model that may be served is behind; 0 where nobody refreshes it: waiting would not help."""
    state, recently = state_of(read_model), timezone.now() - timedelta(seconds=REFRESHED_SECONDS)
    if reason_not_current(read_model, state) or not state.refreshed_at or state.refreshed_at < recently:
        return 0.0
    oldest = changelog.pending(projection_of(read_model).using, state.position, streams(read_model)).oldest
    return (timezone.now() - oldest).total_seconds() if oldest else 0.0


def _ask(using: str, question: str, *arguments: Any) -> Any:
    with connections[using].cursor() as cursor:
        return getattr(load("cqrs_read", "pressure", using), question)(cursor, *arguments)
