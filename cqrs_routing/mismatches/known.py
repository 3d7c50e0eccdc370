"""Known kinds: the rows of one stint, which come to be one for each cause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F
from django.utils import timezone

from cqrs_routing.comparison import Kind, kind_from
from cqrs_routing.mismatches.causes import causes_of, rest_of
from cqrs_routing.models import Mismatch, MismatchExample

KINDS = 100
"""Kinds that are kept of one stint; further ones are counted as the oldest of them."""


class KnownKinds:
    """The kinds of one stint, or the reasons why something was inconclusive. Use it under a lock, in a transaction."""

    def __init__(self, endpoint: str, stint: int, using: str, *, is_inconclusive: bool = False) -> None:
        self.stint = {"endpoint": endpoint, "stint": stint, "is_inconclusive": is_inconclusive}
        self.using = using
        self.rows = list(Mismatch.objects.using(using).filter(**self.stint).order_by("pk"))

    def titled(self, title: str, digest: str) -> Mismatch:
        """The row of a kind that is nothing but its title."""
        return next((row for row in self.rows if row.digest == digest), None) or self.new(title, digest)

    def causes(self, kind: Kind) -> list[Mismatch]:
        """The rows of what ``kind`` comes from."""
        if row := self.fitting(kind):
            return [row]
        causes = causes_of(kind, [kind_of(row) for row in self.rows if row.parts])
        rows = [self.row_of(one) for one in causes.known]
        return [*rows, self.row_of(causes.rest)] if causes.rest else rows

    def row_of(self, kind: Kind) -> Mismatch:
        """The row that ``kind`` is a case of; a new one takes in its cases, and is taken out of what it is part of."""
        if row := self.fitting(kind):
            return row
        if len(self.rows) >= KINDS:
            return self.rows[0]
        row = self.new(kind.title, kind.digest, stored(kind))
        self.take_in(row)
        for wider in list(self.rows):
            if wider.parts and (rest := rest_of(kind_of(wider), kind)):
                self.count(row, wider.count)
                self.narrow(wider, rest)
        return row

    def fitting(self, kind: Kind) -> Mismatch | None:
        found = (
            row for row in self.rows if row.digest == kind.digest or (row.parts and kind_of(row).covers(kind))
        )
        return next(found, None)

    def new(self, title: str, digest: str, parts: Sequence[Sequence[str]] = ()) -> Mismatch:
        if len(self.rows) >= KINDS:
            return self.rows[0]
        now = timezone.now()
        row = Mismatch.objects.using(self.using).create(
            **self.stint, digest=digest, title=title, parts=list(parts), count=0, first_at=now, last_at=now
        )
        self.rows.append(row)
        return row

    def narrow(self, row: Mismatch, kind: Kind) -> None:
        """Have ``row`` be of ``kind``, which is less than it was, or be part of the row that is already."""
        self.rows.remove(row)
        if other := self.fitting(kind):
            self.merge([row], other)
            return
        self.rows.append(row)
        self.change(row, title=kind.title, digest=kind.digest, parts=stored(kind))
        self.take_in(row)

    def take_in(self, row: Mismatch) -> None:
        """Merge the rows into ``row`` that are cases of it."""
        kind = kind_of(row)
        cases = [other for other in self.rows if other != row and other.parts and kind.covers(kind_of(other))]
        self.merge(cases, row)

    def merge(self, rows: Iterable[Mismatch], into: Mismatch) -> None:
        for row in rows:
            self.count(into, row.count)
            self.change(into, first_at=min(row.first_at, into.first_at))
            MismatchExample.objects.using(self.using).filter(mismatch=row).update(mismatch=into)
            row.delete()
            if row in self.rows:
                self.rows.remove(row)

    def count(self, row: Mismatch, times: int) -> None:
        row.count += times
        Mismatch.objects.using(self.using).filter(pk=row.pk).update(
            count=F("count") + times, last_at=timezone.now()
        )

    def change(self, row: Mismatch, **values: Any) -> None:
        for name, value in values.items():
            setattr(row, name, value)
        Mismatch.objects.using(self.using).filter(pk=row.pk).update(**values)


def kind_of(row: Mismatch) -> Kind:
    return kind_from(row.parts)


def stored(kind: Kind) -> list[list[str]]:
    return [[part.path, part.sort] for part in kind.parts]
