"""Foreign commits: whether others have changed the database between two looks at it."""

from __future__ import annotations

from typing import Any

from django.db import connections

from cqrs_routing.rehearsal.recording import Recording
from cqrs_write.backends import load


def committed_now(using: str) -> str:
    """What is committed on the alias ``using``, to be given to :func:`foreign_commits` later."""
    text: str = load("cqrs_routing", "images", using).snapshot(_raw(using))
    return text


def foreign_commits(using: str, before: str, *own: Recording) -> bool:
    """Whether a transaction that is none of ``own`` has committed since ``before``.

    A subtransaction counts as foreign where its end was not seen: within PL/pgSQL, and in a lone ``COPY``.
    """
    backend, raw = load("cqrs_routing", "images", using), _raw(using)
    numbers = frozenset[int]().union(*(recording.numbers for recording in own))
    found: bool = backend.others_committed(raw, before, backend.snapshot(raw), numbers)
    return found


def _raw(using: str) -> Any:
    """psycopg's own connection: these are no queries of the request's."""
    connections[using].ensure_connection()
    return connections[using].connection
