"""Drift: where the triggers in the database are not what the plan says."""

from dataclasses import dataclass

from django.db import connections

from cqrs_write.backends import load
from cqrs_write.capture.plan import capture_plan


@dataclass(frozen=True, kw_only=True)
class Drift:
    """One table whose triggers are ``missing``, ``disabled``, ``stale`` or ``surplus``."""

    table: str
    kind: str

    @property
    def unseen(self) -> bool:
        """Whether writes go by unseen. A stale trigger goes on reporting what it was made for."""
        return self.kind in ("missing", "disabled")

    def __str__(self) -> str:
        return f"{self.table}: triggers {self.kind}"


def drift(using: str) -> list[Drift]:
    """Compare plan and database of the alias ``using``; a table that does not exist (yet) is no drift."""
    connection = connections[using]
    backend = load("cqrs_write", "triggers", using)
    with connection.cursor() as cursor:
        installed: dict[str, dict[str, str]] = backend.installed(cursor)
        existing = set(connection.introspection.table_names(cursor))
        found = [
            Drift(table=table.name, kind=kind)
            for table in capture_plan(using)
            if table.name in existing
            and (kind := _kind(backend.expected(cursor, table), installed.get(table.name, {})))
        ]
    planned = {table.name for table in capture_plan(using)}
    return found + [Drift(table=name, kind="surplus") for name in sorted(set(installed) - planned)]


def _kind(expected: dict[str, str], installed: dict[str, str]) -> str:
    """Digest by trigger name, expected and installed; a disabled trigger's digest is 'disabled'."""
    if set(expected) - set(installed):
        return "missing"
    if "disabled" in installed.values():
        return "disabled"
    return "stale" if expected != installed else ""
