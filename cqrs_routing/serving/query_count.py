"""The queries of one request, over every database alias and in whichever thread they run."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from time import perf_counter
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


class QueryCount:
    """How many queries ran, and how long they took together."""

    __slots__ = ("queries", "seconds")

    def __init__(self) -> None:
        self.queries = 0
        self.seconds = 0.0


counting: ContextVar[QueryCount | None] = ContextVar("cqrs_routing_query_count", default=None)
"""The count of the request being served: a context variable, since it follows a view into its thread."""


def count_on_every_connection() -> None:
    """Have every connection of this process, now and later, report its queries to :data:`counting`."""
    connection_created.connect(count_on_connection, dispatch_uid="cqrs_routing.serving.query_count")
    for connection in connections.all(initialized_only=True):
        count_on_connection(connection=connection)


def count_on_connection(*, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    # At the front: connection.execute_wrapper() takes off the last one when its block ends.
    if count_query not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, count_query)


def count_query(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    count = counting.get()
    if count is None:
        return execute(sql, params, many, context)
    started = perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        count.queries += 1
        count.seconds += perf_counter() - started
