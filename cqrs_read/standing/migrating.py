"""Read models follow migrations: one whose table a migration made anew, dropped or emptied starts from nothing."""

from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.db import connections, transaction
from django.db.models.signals import post_migrate, pre_migrate

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of, read_models
from cqrs_read.declaration.table import column_names, table_name
from cqrs_read.exceptions import ProjectionError
from cqrs_read.models import BackfillRun, Backlog, ReadModelState
from cqrs_read.standing.identity import identity_of
from cqrs_write.backends import VENDORS, load


@dataclass(frozen=True, kw_only=True)
class _Table:
    """What there is of a read model's table: its identity (empty for none), and whether it has rows."""

    identity: str
    has_rows: bool


_before: dict[str, dict[type[ReadModel], _Table]] = {}
"""By alias what there was when ``migrate`` began; one at a time runs in a process."""


def follow_migrations(app: AppConfig) -> None:
    """Connect to the signals of ``migrate``, once per run: under the name of ``app``."""
    pre_migrate.connect(_look, sender=app, dispatch_uid="cqrs_read_before")
    post_migrate.connect(_compare, sender=app, dispatch_uid="cqrs_read_after")


def start_from_nothing(read_model: type[ReadModel]) -> bool:
    """Forget position, backlog and unfinished runs of ``read_model``. Returns whether it had a position."""
    name, target = name_of(read_model), projection_of(read_model).target
    with transaction.atomic(using=target):
        Backlog.objects.using(target).filter(read_model=name).delete()
        runs = BackfillRun.objects.using(target).filter(read_model=name)
        runs.exclude(state__in=[BackfillRun.State.DONE, BackfillRun.State.CANCELLED]).delete()
        deleted, _ = ReadModelState.objects.using(target).filter(name=name).delete()
    return bool(deleted)


def _look(*, using: str, **kwargs: Any) -> None:
    if connections[using].vendor in VENDORS and _is_migrated(using):
        _before[using] = _tables(using)


def _compare(*, using: str, verbosity: int, **kwargs: Any) -> None:
    """After ``flush``, which sends this signal too, there is nothing to compare with."""
    before = _before.pop(using, {})
    if before and not _is_migrated(using):
        return  # the toolkit itself was unmigrated
    for read_model, was in before.items():
        now = _table(read_model, using)
        if not _is_another(was, now):
            _remember(read_model, now.identity)
        elif start_from_nothing(read_model) and now.identity and verbosity >= 1:
            name = name_of(read_model)
            print(f"  Read model: {name} has a new table. Run: manage.py cqrs_backfill {name}")  # noqa: T201


def _is_another(was: _Table, now: _Table) -> bool:
    return was.identity != now.identity or not now.identity or (was.has_rows and not now.has_rows)


def _remember(read_model: type[ReadModel], identity: str) -> None:
    """For a state from before identities were kept."""
    states = ReadModelState.objects.using(projection_of(read_model).target)
    states.filter(name=name_of(read_model), table_id="").update(table_id=identity)


def _tables(using: str) -> dict[type[ReadModel], _Table]:
    """The tables of the read models on the alias ``using``."""
    return {model: _table(model, using) for model in read_models() if _target(model) == using}


def _table(read_model: type[ReadModel], using: str) -> _Table:
    identity = identity_of(read_model)
    with connections[using].cursor() as cursor:
        has_rows = bool(identity) and load("cqrs_read", "tables", using).has_rows(
            cursor, table_name(read_model)
        )
    return _Table(identity=identity, has_rows=has_rows)


def _target(read_model: type[ReadModel]) -> str:
    try:
        return projection_of(read_model).target
    except ProjectionError:
        return ""  # E001 says so


def _is_migrated(using: str) -> bool:
    """Whether the states' table is there as this code knows it."""
    with connections[using].cursor() as cursor:
        found: set[str] = load("cqrs_read", "tables", using).columns(cursor, table_name(ReadModelState))
    return set(column_names(ReadModelState)) <= found
