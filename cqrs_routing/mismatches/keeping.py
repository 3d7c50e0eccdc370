"""Keeping mismatches: how often each kind occurred, with some examples of it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from django.db import router, transaction
from django.utils import timezone

from cqrs_routing.comparison import Kind
from cqrs_routing.mismatches.known import KnownKinds
from cqrs_routing.models import Mismatch
from cqrs_write.backends import load
from cqrs_write.lock_key import lock_key

EXAMPLES = 5
"""Examples that are kept of a kind: the first ones."""

LONGEST_REASON = 300
"""Characters of a reason that are its kind."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """One request of which the sides differ. No text of it has a sensitive value.

    Attributes:
        kind: of the answers' differences; None where the title alone is the kind.
        user: the primary key, as text.
        is_inconclusive: whether the title is why it cannot be told if they differ.
    """

    title: str
    request: str
    diff: str
    legacy: str = ""
    candidate: str = ""
    user: str = ""
    kind: Kind | None = None
    is_inconclusive: bool = False

    @property
    def digest(self) -> str:
        return self.kind.digest if self.kind else sha256(self.title.encode()).hexdigest()[:16]


def inconclusive(request: str, reason: str) -> Example:
    """What is kept of a comparison that came to no result: the first line, since PostgreSQL names values below it."""
    told = reason.partition("\n")[0]
    return Example(title=told[:LONGEST_REASON], request=request, diff=told, is_inconclusive=True)


def keep(endpoint: str, stint: int, example: Example) -> None:
    """Count the kinds of ``example``, one for each of its causes, and keep it for those that have few."""
    for mismatch in counted(endpoint, stint, example):
        if mismatch.examples.count() < EXAMPLES:
            mismatch.examples.create(
                at=timezone.now(),
                request=example.request,
                user=example.user,
                diff=example.diff,
                legacy=example.legacy,
                candidate=example.candidate,
            )


def counted(endpoint: str, stint: int, example: Example) -> list[Mismatch]:
    """The rows of its causes, counted once more."""
    using = router.db_for_write(Mismatch)
    with transaction.atomic(using=using):
        with transaction.get_connection(using).cursor() as cursor:
            load("cqrs_write", "locks", using).wait_for(cursor, lock_key(f"cqrs mismatches {endpoint}"))
        known = KnownKinds(endpoint, stint, using, is_inconclusive=example.is_inconclusive)
        rows = known.causes(example.kind) if example.kind else [known.titled(example.title, example.digest)]
        for row in rows:
            known.count(row, 1)
    return [row for row in rows if row.pk]  # one may have become part of another
