"""What befalls a refresh or a backfill between two of its statements."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError
from hypothesis import strategies as st

from tests.property.database import REFRESHER, TENDER, Database
from tests.property.transactions import is_refusal
from tests.property.writes import Write, writes

# On SQLite there is one writer at a time, and nobody who could end another's connection.
HOWS = {
    "postgresql": ("none", "none", "kill", "terminate", "meanwhile", "meanwhile"),
    "sqlite": ("none", "kill"),
}
LATEST = 12
"""Statements of a refresh over a small window, about."""


class Killed(Exception):
    """Ends a refresh at one of its statements."""


@dataclass(frozen=True, kw_only=True)
class Disturbance:
    """What happens before the statement number ``at`` of a refresh or backfill.

    ``how`` is ``kill`` (the process is gone), ``terminate`` (its connection is), or ``meanwhile``: another
    connection commits ``write``.
    """

    how: str
    at: int
    write: Write | None = None


@st.composite
def disturbances(draw: Callable[[st.SearchStrategy[Any]], Any], vendor: str) -> Disturbance | None:
    how = draw(st.sampled_from(HOWS[vendor]))
    if how == "none":
        return None
    return Disturbance(
        how=how, at=draw(st.integers(1, LATEST)), write=draw(writes()) if how == "meanwhile" else None
    )


@contextmanager
def disturbed(
    database: Database, disturbance: Disturbance | None, meanwhile: Callable[[Write], None]
) -> Iterator[None]:
    """Within, Django's connection is the refresher's; that it is ended, or waits in vain for a lock, is expected.

    ``meanwhile`` does a write on another connection.
    """
    terminated = disturbance is not None and disturbance.how == "terminate"
    with database.connected(REFRESHER) as refresher, suppress(Killed):
        count = 0

        def before(execute: Any, *call: Any) -> Any:
            nonlocal count
            count += 1
            if disturbance and count == disturbance.at:
                _disturb(database, disturbance, meanwhile)
            return execute(*call)

        try:
            with refresher.execute_wrapper(before):
                yield
        except (OperationalError, InterfaceError) as error:
            if not (terminated or is_refusal(error)):
                raise
        finally:
            if terminated:
                refresher.close()


def _disturb(database: Database, disturbance: Disturbance, meanwhile: Callable[[Write], None]) -> None:
    if disturbance.how == "kill":
        raise Killed
    if disturbance.how == "terminate":
        pid = database.pool[REFRESHER].connection.info.backend_pid
        with database.connected(TENDER) as tender, tender.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 1000)", [pid])
    elif disturbance.write is not None:
        meanwhile(disturbance.write)
