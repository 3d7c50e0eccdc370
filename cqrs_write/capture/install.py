"""Installing and removing the triggers, one table per transaction, never queueing behind a long writer."""

from dataclasses import dataclass

from django.db import OperationalError, connections, transaction

from cqrs_write import changelog
from cqrs_write.backends import load
from cqrs_write.capture.drift import Drift, drift
from cqrs_write.capture.plan import capture_plan
from cqrs_write.capture.table import CapturedTable
from cqrs_write.exceptions import CaptureError

ATTEMPTS = 20


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happened, or would happen, to one table's triggers: SQL statements in order."""

    table: str
    kind: str
    statements: tuple[str, ...]
    unseen: bool = False
    """Whether writes may have gone by unseen before it."""


def planned_changes(using: str) -> list[Change]:
    """What :func:`install` would do on the alias ``using``."""
    return [_change(using, item) for item in drift(using)]


def install(using: str) -> list[Change]:
    """Bring the triggers of the alias ``using`` in step with the plan; does nothing where they are.

    Where a trigger was missing or disabled, writes may have gone by unseen: the change log then says
    "everything" for that table's streams, in the transaction that installs the trigger.

    Raises:
        CaptureError: if the change log's table is not there, or a table stayed locked through all attempts.
    """
    if not changelog.exists(using):
        raise CaptureError(f"The database '{using}' has no change log. Run: manage.py migrate")
    changes = planned_changes(using)
    streams = {table.name: table.streams for table in capture_plan(using)}
    for change in changes:
        _run(using, change, everything=streams[change.table] if change.unseen else ())
    return changes


def remove(using: str) -> list[Change]:
    """Drop every trigger of ours on the alias ``using``."""
    backend = load("cqrs_write", "triggers", using)
    with connections[using].cursor() as cursor:
        tables = sorted(backend.installed(cursor))
        changes = [
            Change(table=name, kind="surplus", statements=tuple(backend.drop(cursor, name)))
            for name in tables
        ]
    for change in changes:
        _run(using, change)
    return changes


def _change(using: str, item: Drift) -> Change:
    backend = load("cqrs_write", "triggers", using)
    with connections[using].cursor() as cursor:
        statements = backend.drop(cursor, item.table)
        if item.kind != "surplus":
            statements = backend.create(cursor, _planned(using, item.table), installed=item.kind == "stale")
    return Change(table=item.table, kind=item.kind, statements=tuple(statements), unseen=item.unseen)


def _planned(using: str, name: str) -> CapturedTable:
    return next(table for table in capture_plan(using) if table.name == name)


def _run(using: str, change: Change, everything: tuple[str, ...] = ()) -> None:
    backend = load("cqrs_write", "triggers", using)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic(using=using), connections[using].cursor() as cursor:
                backend.limit_lock_wait(cursor)
                for statement in change.statements:
                    cursor.execute(statement)
                changelog.log_everything(using, everything)
            return
        except OperationalError as error:
            if not backend.is_lock_timeout(error):
                raise
            if attempt == ATTEMPTS:
                raise CaptureError(
                    f"The table {change.table} stayed locked through {ATTEMPTS} attempts. "
                    "Find the long transaction in pg_stat_activity, then run: manage.py cqrs_capture install"
                ) from error
            backend.pause(attempt)
