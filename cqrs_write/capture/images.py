"""Image triggers: which tables have them, giving and taking them. What is installed is what the database says."""

from collections.abc import Sequence

from django.db import connections

from cqrs_write.backends import load
from cqrs_write.capture.image_plan import ImagePlan, image_plans, plans_of
from cqrs_write.capture.install import Change, refuse_unmigrated
from cqrs_write.capture.unqueued import run_unqueued
from cqrs_write.exceptions import CaptureError

REFUSALS = {
    "absent": "does not exist. Run: manage.py migrate",
    "view": "is a view or a foreign table, and carries no triggers: declare the tables behind it.",
}
"""What is said of a table that cannot be given triggers, by its state."""


def missing(plan: ImagePlan) -> list[str]:
    """The tables of ``plan`` without working image triggers, in one query."""
    return [table for table, state in _states(plan.using, plan.tables).items() if state != "installed"]


def planned_images(name: str) -> list[tuple[str, Change]]:
    """What :func:`install_images` would do, by alias.

    Raises:
        UnknownName: if no endpoint of that name declares tables.
        CaptureError: if a table is not there, or is a view, or the database has no change log.
    """
    return [(plan.using, change) for plan in plans_of(name) for change in _installations(plan)]


def install_images(name: str) -> list[Change]:
    """Give the endpoint's tables their image triggers; does nothing where they are in order.

    Raises:
        UnknownName, CaptureError: as :func:`planned_images`; also if a table stayed locked through all attempts.
    """
    changes = planned_images(name)
    for using, change in changes:
        _run(using, change, f'cqrs_capture images install "{name}"')
    return [change for _, change in changes]


def planned_removals(name: str) -> list[tuple[str, Change]]:
    """What :func:`remove_images` would do, by alias."""
    changes = []
    for plan in plans_of(name):
        unneeded = set(plan.tables) - set(kept(plan))
        changes += [(plan.using, change) for change in _removals(plan.using, unneeded)]
    return changes


def remove_images(name: str) -> list[Change]:
    """Take the image triggers of the endpoint's tables away, but those that another endpoint still needs.

    Raises:
        UnknownName: if no endpoint of that name declares tables.
        CaptureError: if a table stayed locked through all attempts.
    """
    changes = planned_removals(name)
    for using, change in changes:
        _run(using, change, f'cqrs_capture images remove "{name}"')
    return [change for _, change in changes]


def kept(plan: ImagePlan) -> dict[str, str]:
    """Tables of ``plan`` that another endpoint needs, with its name: one that is ready to be rehearsed."""
    others = [other for other in image_plans() if other.name != plan.name and other.using == plan.using]
    needed = {table: other.name for other in others if not missing(other) for table in other.tables}
    return {table: needed[table] for table in plan.tables if table in needed}


def kept_of(name: str) -> dict[str, str]:
    """As :func:`kept`, of all the endpoint's plans."""
    return {table: other for plan in plans_of(name) for table, other in kept(plan).items()}


def planned_removals_of_all(using: str) -> list[Change]:
    """What :func:`remove_all_images` would do on the alias ``using``."""
    return _removals(using, None)


def remove_all_images(using: str) -> list[Change]:
    """Take every image trigger on the alias ``using`` away, also from tables that no endpoint declares any more.

    Raises:
        CaptureError: if a table stayed locked through all attempts.
    """
    changes = planned_removals_of_all(using)
    for change in changes:
        _run(using, change, "cqrs_capture images remove")
    return changes


def refuse_in_use(name: str | None, using: str) -> None:
    """Refuse to remove images, of one endpoint or of all on ``using``, while a rehearsal would lack them.

    Raises:
        CaptureError: naming the endpoint that is being rehearsed.
    """
    for plan in plans_of(name) if name else [plan for plan in image_plans() if plan.using == using]:
        if plan.in_use:
            raise CaptureError(
                f'{plan.name} is being rehearsed. First: manage.py cqrs_endpoint rollback "{plan.name}" --reason …'
            )


def _states(using: str, tables: Sequence[str]) -> dict[str, str]:
    with connections[using].cursor() as cursor:
        states: dict[str, str] = load("cqrs_write", "images", using).states(cursor, tables)
    return states


def _installations(plan: ImagePlan) -> list[Change]:
    backend, states = load("cqrs_write", "images", plan.using), _states(plan.using, plan.tables)
    refuse_unmigrated(plan.using)
    for table, state in states.items():
        if state in REFUSALS:
            raise CaptureError(f"{plan.name}: the table {table} {REFUSALS[state]}")
    with connections[plan.using].cursor() as cursor:
        return [
            Change(table=table, kind=state, statements=tuple(backend.create(cursor, table)))
            for table, state in states.items()
            if state == "missing"
        ]


def _removals(using: str, tables: set[str] | None) -> list[Change]:
    """Of ``tables``, or of all that carry triggers; with the last ones go their functions."""
    backend = load("cqrs_write", "images", using)
    with connections[using].cursor() as cursor:
        carrying: list[tuple[str, str]] = backend.carrying(cursor)
        going = [(table, on) for table, on in carrying if tables is None or table in tables]
        statements = [backend.drop(cursor, on) for _, on in going]
        if going and going == carrying:
            statements[-1] += backend.drop_functions(cursor)
    return [
        Change(table=table, kind="installed", statements=tuple(dropped))
        for (table, _), dropped in zip(going, statements, strict=True)
    ]


def _run(using: str, change: Change, again: str) -> None:
    run_unqueued(using, change.statements, relation=change.table, again=again)
