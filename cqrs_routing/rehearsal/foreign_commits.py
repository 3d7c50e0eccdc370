"""Foreign commits: whether others have changed anything on the whole server between two looks at it."""

from __future__ import annotations

from typing import Any

from django.db import connections

from cqrs_routing.rehearsal.recording import Recording
from cqrs_write.backends import load


def committed_now(using: str) -> str:
    """What is committed on the alias ``using``, for :func:`foreign_commits`."""
    text: str = load("cqrs_routing", "images", using).snapshot(raw_connection(using))
    return text


def foreign_commits(using: str, before: str, after: str, *own: Recording) -> bool:
    """Whether a transaction that is none of ``own`` has committed between two snapshots, in any database.

    A subtransaction counts as foreign where its end was not seen: within PL/pgSQL, and in a lone ``COPY``.
    """
    numbers = frozenset[int]().union(*(recording.numbers for recording in own))
    backend = load("cqrs_routing", "images", using)
    found: bool = backend.others_committed(raw_connection(using), before, after, numbers)
    return found


def raw_connection(using: str) -> Any:
    """psycopg's own connection: these are no queries of the request's."""
    connections[using].ensure_connection()
    return connections[using].connection
