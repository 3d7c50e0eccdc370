"""Drift: where the triggers in the database are not what the plan says."""

from dataclasses import dataclass

from django.db import connections

from cqrs_write.backends import load
from cqrs_write.capture.plan import capture_plan
from cqrs_write.capture.relation import IMPOSSIBLE, UNSEEN, Relation


@dataclass(frozen=True, kw_only=True)
class Drift:
    """One table, or one ``partition`` of it, whose triggers are not as planned.

    ``kind`` is ``missing``, ``disabled``, ``retyped`` (a column's values may have been rewritten), ``stale`` (made
    for an older plan), ``surplus`` (no read model needs them), ``view`` or ``key`` (it cannot be captured).
    """

    table: str
    kind: str
    partition: str = ""
    untouched: bool = False
    """Whether it is a partition that never held a row: what is written through its table is captured there."""

    @classmethod
    def of(cls, relation: Relation) -> "Drift":
        return cls(
            table=relation.table,
            kind=relation.drift,
            partition=relation.partition,
            untouched=relation.untouched,
        )

    @property
    def unseen(self) -> bool:
        """Whether writes go by unseen. A stale trigger goes on reporting what it was made for."""
        return self.kind in UNSEEN and not self.untouched

    @property
    def remedy(self) -> str:
        return "" if self.kind in IMPOSSIBLE else "Run: manage.py cqrs_capture install"

    def __str__(self) -> str:
        where = f"{self.table} (partition {self.partition})" if self.partition else self.table
        return (
            f"{where} {IMPOSSIBLE[self.kind]}"
            if self.kind in IMPOSSIBLE
            else f"{where}: triggers {self.kind}"
        )


def drift(using: str) -> list[Drift]:
    """Compare plan and database of the alias ``using``; a table that does not exist (yet) is no drift."""
    return [Drift.of(relation) for relation in drifted(using)]


def drifted(using: str) -> list[Relation]:
    """The relations that :func:`drift` is about: those of the plan in its order, then the surplus ones."""
    with connections[using].cursor() as cursor:
        found: list[Relation] = load("cqrs_write", "triggers", using).relations(cursor, capture_plan(using))
    return [relation for relation in found if relation.drift]
