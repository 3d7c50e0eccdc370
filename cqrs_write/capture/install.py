"""Installing and removing the triggers, one relation per transaction, never queueing behind a long writer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connections

from cqrs_write import changelog
from cqrs_write.backends import load
from cqrs_write.capture.drift import Drift, drifted
from cqrs_write.capture.plan import capture_plan
from cqrs_write.capture.relation import IMPOSSIBLE, UNSEEN, Relation
from cqrs_write.capture.unqueued import run_unqueued
from cqrs_write.exceptions import CaptureError

OUTCOMES = {
    "missing": "now reports its writes",
    "disabled": "reports its writes again: its triggers were disabled",
    "retyped": "reports its writes again: a column had changed its type",
    "stale": "now reports what its read models need",
    "surplus": "no longer reports its writes: no read model needs them",
    "view": "no longer has triggers",
    "key": "no longer has triggers: it has a key that they cannot report",
}
"""What a change comes to, by the kind of drift that it mends."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happened, or would happen, to the triggers of one table or ``partition``: SQL statements in order."""

    table: str
    kind: str
    statements: tuple[str, ...]
    partition: str = ""
    everything: tuple[str, ...] = ()
    """Streams of which any key may have changed unseen before it."""

    @property
    def relation(self) -> str:
        return self.partition or self.table

    @property
    def outcome(self) -> str:
        """What is so from now on, after the relation's name."""
        return OUTCOMES[self.kind]


def planned_changes(using: str) -> list[Change]:
    """What :func:`install` would do on the alias ``using``."""
    return _changes(using, drifted(using))


def _changes(using: str, relations: Sequence[Relation]) -> list[Change]:
    """What mends the drift of ``relations``, where anything does."""
    backend = load("cqrs_write", "triggers", using)
    plan = {table.name: table for table in capture_plan(using)}
    changes = []
    with connections[using].cursor() as cursor:
        for relation in relations:
            mending = relation.drift != "surplus" and relation.drift not in IMPOSSIBLE
            if mending:
                statements = backend.create(cursor, plan[relation.table], relation)
            else:
                statements = backend.drop(cursor, relation) if relation.carries else []
            unseen = mending and relation.drift in UNSEEN and not relation.untouched
            changes.append(
                Change(
                    table=relation.table,
                    kind=relation.drift,
                    partition=relation.partition,
                    statements=tuple(statements),
                    everything=plan[relation.table].streams if unseen else (),
                )
            )
    return [change for change in changes if change.statements]


def install(using: str, *, only: Collection[str] | None = None) -> list[Change]:
    """Bring the triggers of the alias ``using`` in step with the plan; does nothing where they are.

    Where writes may have gone by unseen, since a trigger was missing or disabled or a column's values were
    rewritten, the change log then says "everything" for that table's streams, in the same transaction.

    Args:
        only: names of tables; of all if it is None.

    Raises:
        CaptureError: if the change log's table is not there, a table stayed locked through all attempts, or (when
            all others are done) a table cannot be captured.
    """
    refuse_unmigrated(using)
    relations = drifted(using)
    changes = [change for change in _changes(using, relations) if only is None or change.table in only]
    for change in changes:
        _run(using, change)
    if impossible := [Drift.of(relation) for relation in relations if relation.drift in IMPOSSIBLE]:
        raise CaptureError(f"{'; '.join(map(str, impossible))}.")
    return changes


def refuse_unmigrated(using: str) -> None:
    """Refuse a database without a change log.

    Raises:
        CaptureError: with the remedy.
    """
    if not changelog.exists(using):
        raise CaptureError(f"The database '{using}' has no change log. Run: manage.py migrate")


def removals(using: str) -> list[Change]:
    """What :func:`remove` would do on the alias ``using``."""
    backend = load("cqrs_write", "triggers", using)
    with connections[using].cursor() as cursor:
        return [
            Change(table=relation.table, kind="surplus", statements=tuple(backend.drop(cursor, relation)))
            for relation in backend.relations(cursor, [])
        ]


def remove(using: str) -> list[Change]:
    """Drop every trigger of ours on the alias ``using``.

    Raises:
        CaptureError: if a table stayed locked through all attempts.
    """
    changes = removals(using)
    for change in changes:
        _run(using, change)
    return changes


def _run(using: str, change: Change) -> None:
    run_unqueued(
        using,
        change.statements,
        relation=change.relation,
        again="cqrs_capture install",
        together=lambda: changelog.log_everything(using, change.everything),
    )
