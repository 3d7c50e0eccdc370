"""A kind: what the differences of many pairs of answers have in common, so that a cause is read once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import groupby

from cqrs_routing.comparison.coverage import covers, is_count, is_rows
from cqrs_routing.comparison.difference import Difference, Sort
from cqrs_routing.comparison.path import ANY_FIELD, WHOLE
from cqrs_routing.comparison.signature import MISSING_AND_EXTRA, Part, parts_of
from cqrs_routing.comparison.storable import cut, storable

TITLE_LENGTH = 200
"""Characters of a title, at most."""

PHRASES: dict[str, str] = {
    Sort.ERROR: "{}",
    Sort.STATUS: "{}",
    Sort.FAILED: "{}",
    Sort.MISSING: "{} missing",
    Sort.EXTRA: "{} extra",
    MISSING_AND_EXTRA: "{} missing and extra",
    Sort.ORDER: "{} in another order",
    Sort.TYPE: "{} of another type",
    Sort.NULL: "{} null instead of a value",
    Sort.NOT_NULL: "{} a value instead of null",
    Sort.CHANGED: "{} changed",
    Sort.HEADER: "{} header changed",
}
"""How titles tell of each sort, in the order in which they do."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """The differences that have one signature."""

    parts: tuple[Part, ...]

    @cached_property
    def title(self) -> str:
        """For people: ``results[] rows missing, count changed``."""
        parts = sorted(self.parts, key=rank)
        phrases = [phrase(sort, [part.path for part in group]) for sort, group in groupby(parts, by_sort)]
        return cut(storable(", ".join(phrases)), TITLE_LENGTH) or "no difference"

    @cached_property
    def digest(self) -> str:
        """For programs: 16 characters, the same in every process, and another one for every other kind."""
        text = "\n".join(f"{part.sort} {part.path}" for part in self.parts)
        return sha256(text.encode(errors="backslashreplace")).hexdigest()[:16]

    def covers(self, other: Kind) -> bool:
        """Whether ``other`` is a case of this one: it differs in nothing else, only in fewer fields of an object.

        A wrong customer is ``results[].customer.*``, and once in a while has the same city and another name only. A
        filter that is missing is ``results[] rows extra, count changed``, and some pages have the same rows.
        """
        return other.without(self) is None and (self.shows_in(other) or self.only_counts_in(other))

    def shows_in(self, other: Kind) -> bool:
        """Whether ``other`` has all that makes this kind, and maybe more."""
        return all(any(covers(wide, part) for part in other.parts) for wide in self.parts)

    def without(self, other: Kind) -> Kind | None:
        """What it has beside ``other``; None if that is nothing."""
        rest = tuple(part for part in self.parts if not any(covers(wide, part) for wide in other.parts))
        return Kind(parts=rest) if rest else None

    def only_counts_in(self, other: Kind) -> bool:
        """Whether ``other`` is how many rows there are, of which this kind also has others."""
        return all(map(is_count, other.parts)) and all(is_count(part) or is_rows(part) for part in self.parts)


def kind_of(differences: Sequence[Difference]) -> Kind:
    """The kind of the differences of one pair of answers. Neither values nor the number of rows are part of it."""
    return Kind(parts=parts_of(differences))


def kind_from(parts: Iterable[Sequence[str]]) -> Kind:
    """The kind whose parts were stored as JSON."""
    return Kind(parts=tuple(Part(path, sort) for path, sort in parts))


def rank(part: Part) -> tuple[int, str]:
    return list(PHRASES).index(part.sort), part.path


def by_sort(part: Part) -> str:
    return part.sort


def phrase(sort: str, paths: list[str]) -> str:
    """``results[].paid, results[].total changed``."""
    return PHRASES[sort].format(", ".join(named(path, sort) for path in paths))


def named(path: str, sort: str) -> str:
    if path == ANY_FIELD:
        return f"{WHOLE}.{path}"
    return f"{path} rows" if is_rows(Part(path, sort)) else path
