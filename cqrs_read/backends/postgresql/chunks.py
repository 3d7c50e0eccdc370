"""Why a chunk failed, as PostgreSQL says it."""

import psycopg

from cqrs_write.backends.postgresql.lanes import is_passing as may_pass

TIMEOUTS = ("57014", "55P03")
"""A statement that took too long, a lock that did not come in time."""


def is_passing(error: BaseException) -> bool:
    """Whether the same chunk may succeed later, or as a smaller one."""
    cause = error.__cause__
    return may_pass(error) or (isinstance(cause, psycopg.Error) and cause.sqlstate in TIMEOUTS)
