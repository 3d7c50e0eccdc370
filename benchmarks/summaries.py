"""The read model that is filled, refreshed and verified: emptied, filled, and filled by hand."""

import time
from collections.abc import Iterator

from django.db import connection

from cqrs_read.backfill import backfill
from cqrs_read.compute.query import computed
from cqrs_read.declaration.read_model import name_of
from cqrs_read.declaration.selection import Selection
from cqrs_read.fan_out.dependencies import dependencies
from cqrs_read.models import BackfillRun, ReadModelState
from cqrs_write.capture import plan
from cqrs_write.capture.install import install
from cqrs_write.capture.table import Watch
from legacy_app.orders_cqrs.read_models import OrderSummary

TABLE = OrderSummary._meta.db_table


def capture_alone() -> None:
    """Capture what ``OrderSummary`` follows from, and that only: what one moved endpoint costs.

    The sample's other read models look at more, the stock among it, and one of them follows from this one's rows.
    """

    def watches(using: str) -> Iterator[Watch]:
        yield from (dependency.watch for dependency in dependencies(OrderSummary))

    plan._sources[:] = [watches]
    install("default")


def empty() -> None:
    """As before the first backfill."""
    name = name_of(OrderSummary)
    BackfillRun.objects.filter(read_model=name).delete()
    ReadModelState.objects.filter(name=name).delete()
    execute(f"TRUNCATE {TABLE}", "TRUNCATE cqrs_change_log")


def filled() -> None:
    """Captured, filled, and with the planner's statistics."""
    install("default")
    empty()
    backfill(OrderSummary)
    execute("VACUUM ANALYZE")


def insert_select() -> None:
    """The same rows in one statement, which no reader and no writer could be beside of for its length."""
    columns = ", ".join(f'"{field.column}"' for field in OrderSummary._meta.concrete_fields)
    sql, params = computed(OrderSummary, Selection.ALL).bound()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE} ({columns}) SELECT {columns} FROM ({sql}) wanted", params)


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def scalar(sql: str, *params: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        return int(cursor.fetchone()[0])


class Stopwatch:
    """Seconds that a block took, in ``seconds`` when it has ended."""

    seconds = 0.0

    def __enter__(self) -> "Stopwatch":
        self.started = time.perf_counter()
        return self

    def __exit__(self, *error: object) -> None:
        self.seconds = time.perf_counter() - self.started
