"""Parking: keys whose rows cannot be stored are set aside with their cause, and the others go on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import DatabaseError, connections, transaction
from django.db.models import QuerySet
from django.utils import timezone

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.models import Backlog, ReadModelState
from cqrs_read.standing.backoff import next_try
from cqrs_read.standing.problem import described
from cqrs_read.store.rows import RowsChanged, recompute
from cqrs_write.backends import load

MOST = 100
"""Keys parked one by one in a batch; what else fails of it is parked in groups."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Keys that could not be stored, and why."""

    keys: list[str]
    error: str


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What is known of a key that was parked before."""

    attempts: int = 0
    logged_at: datetime | None = None


Recompute = Callable[[list[str]], RowsChanged]
T = TypeVar("T")


def is_data_error(read_model: type[ReadModel], error: DatabaseError) -> bool:
    """Whether values of some rows are the cause, so that the others may go on."""
    return bool(load("cqrs_read", "errors", projection_of(read_model).target).is_data(error))


def recompute_or_park(
    read_model: type[ReadModel], keys: list[str], before: Attempt | None = None
) -> RowsChanged:
    """Make the rows of ``keys`` what the declaration says; those that cannot be stored are parked.

    Call it within a transaction that changes ``read_model``. What is parked is recorded with the rest in it.

    Args:
        before: what is known of ``keys``, if they were parked as one group.
    """
    using = projection_of(read_model).target
    with connections[using].cursor() as cursor:
        load("cqrs_read", "errors", using).check_at_once(cursor)
    failures: list[Failure] = []
    rows = _bisected(read_model, keys, failures)
    _park(read_model, failures, known=unpark(read_model, keys), before=before or Attempt())
    return rows


def unpark(read_model: type[ReadModel], keys: list[str]) -> dict[str, Attempt]:
    """Take ``keys`` out, where they were parked one by one. Returns what was known of them."""
    using, parked = projection_of(read_model).target, _parked(read_model)
    backend = load("cqrs_read", "keys", using)
    found = parked.extra(where=[backend.only_key("keys")], params=[backend.adapted(keys)])
    rows = {row.pk: row for row in found}
    if rows:
        parked.filter(pk__in=list(rows)).delete()
        count_parked(read_model)
    return {row.keys[0]: Attempt(attempts=row.attempts, logged_at=row.logged_at) for row in rows.values()}


def try_again_now(rows: "QuerySet[Backlog]") -> int:
    """Have the refresher try those of ``rows`` that are parked at its next pass. Returns how many there are."""
    return rows.filter(kind=Backlog.Kind.PARKED).update(not_before=None)


def count_parked(read_model: type[ReadModel]) -> None:
    """Have the state say how much is parked, for those who may not look into the backlog on every request."""
    states = ReadModelState.objects.using(projection_of(read_model).target)
    states.filter(name=name_of(read_model)).update(parked=_parked(read_model).count())


def _parked(read_model: type[ReadModel]):  # type: ignore[no-untyped-def]  # a queryset
    return Backlog.objects.using(projection_of(read_model).target).filter(
        read_model=name_of(read_model), kind=Backlog.Kind.PARKED, dependency=""
    )


def _bisected(read_model: type[ReadModel], keys: list[str], failures: list[Failure]) -> RowsChanged:
    try:
        with transaction.atomic(using=projection_of(read_model).target):
            return recompute(read_model, keys)
    except DatabaseError as error:
        if not is_data_error(read_model, error):
            raise
        if len(keys) == 1 or len(failures) >= MOST:
            failures.append(Failure(keys=keys, error=described(error)))
            return RowsChanged()
    half = len(keys) // 2
    return _bisected(read_model, keys[:half], failures) + _bisected(read_model, keys[half:], failures)


def _park(
    read_model: type[ReadModel], failures: list[Failure], known: dict[str, Attempt], before: Attempt
) -> None:
    rows = []
    for failure in failures:
        last = known.get(failure.keys[0], before) if len(failure.keys) == 1 else before
        rows.append(
            Backlog(
                read_model=name_of(read_model),
                kind=Backlog.Kind.PARKED,
                keys=failure.keys,
                attempts=last.attempts + 1,
                not_before=next_try(last.attempts + 1),
                error=failure.error,
                logged_at=last.logged_at or timezone.now(),
            )
        )
    if rows:
        Backlog.objects.using(projection_of(read_model).target).bulk_create(rows)
        count_parked(read_model)
