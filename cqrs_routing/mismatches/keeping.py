"""Keeping mismatches: how often each kind occurred, with some examples of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.db import router, transaction
from django.db.models import F
from django.utils import timezone

from cqrs_routing.comparison import Kind, kind_from
from cqrs_routing.models import Mismatch, MismatchExample
from cqrs_write.backends import load
from cqrs_write.lock_key import lock_key

EXAMPLES = 5
"""Examples that are kept of a kind: the first ones."""

KINDS = 100
"""Kinds that are kept of one stint; further ones are counted as the oldest of them."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """One request of which the sides differ. No text of it has a sensitive value.

    Attributes:
        kind: of the answers' differences; None where the title alone is the kind.
        user: the primary key, as text.
    """

    title: str
    request: str
    diff: str
    legacy: str = ""
    candidate: str = ""
    user: str = ""
    kind: Kind | None = None

    @property
    def digest(self) -> str:
        return self.kind.digest if self.kind else sha256(self.title.encode()).hexdigest()[:16]

    @property
    def parts(self) -> list[list[str]]:
        return [[part.path, part.sort] for part in self.kind.parts] if self.kind else []


def keep(endpoint: str, stint: int, example: Example) -> Mismatch:
    """Count the kind of ``example``, and keep it if there are few of its kind."""
    mismatch = counted(endpoint, stint, example)
    if mismatch.examples.count() < EXAMPLES:
        mismatch.examples.create(
            at=timezone.now(),
            request=example.request,
            user=example.user,
            diff=example.diff,
            legacy=example.legacy,
            candidate=example.candidate,
        )
    return mismatch


def counted(endpoint: str, stint: int, example: Example) -> Mismatch:
    """The row of its kind, or of one that covers it, counted once more. One that it covers becomes part of it."""
    using = router.db_for_write(Mismatch)
    with transaction.atomic(using=using):
        with transaction.get_connection(using).cursor() as cursor:
            load("cqrs_write", "locks", using).wait_for(cursor, lock_key(f"cqrs mismatches {endpoint}"))
        known = list(Mismatch.objects.using(using).filter(endpoint=endpoint, stint=stint).order_by("pk"))
        row = fitting(known, example) or new_row(known, endpoint, stint, example, using)
        merge([other for other in known if other != row and covers(example.kind, other)], row)
        Mismatch.objects.using(using).filter(pk=row.pk).update(count=F("count") + 1, last_at=timezone.now())
    return row


def fitting(known: Sequence[Mismatch], example: Example) -> Mismatch | None:
    """The row that ``example`` is a case of."""
    for row in known:
        if row.digest == example.digest or (
            example.kind and row.parts and kind_from(row.parts).covers(example.kind)
        ):
            return row
    return None


def covers(kind: Kind | None, row: Mismatch) -> bool:
    return bool(kind and row.parts and kind.covers(kind_from(row.parts)))


def new_row(known: Sequence[Mismatch], endpoint: str, stint: int, example: Example, using: str) -> Mismatch:
    if len(known) >= KINDS:
        return known[0]
    now = timezone.now()
    return Mismatch.objects.using(using).create(
        endpoint=endpoint,
        stint=stint,
        digest=example.digest,
        title=example.title,
        parts=example.parts,
        count=0,
        first_at=now,
        last_at=now,
    )


def merge(rows: Sequence[Mismatch], into: Mismatch) -> None:
    for row in rows:
        Mismatch.objects.using(into._state.db).filter(pk=into.pk).update(
            count=F("count") + row.count, first_at=min(row.first_at, into.first_at)
        )
        MismatchExample.objects.using(into._state.db).filter(mismatch=row).update(mismatch=into)
        row.delete()
