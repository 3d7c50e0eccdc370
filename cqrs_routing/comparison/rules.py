"""Rules: what of two answers is compared, and what of them is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from cqrs_routing.comparison import pattern
from cqrs_routing.comparison.sensitive import is_sensitive, squashed
from cqrs_routing.exceptions import MalformedRules

HEADERS = ("Content-Type", "Content-Language", "Location", "Link", "Content-Disposition")
"""Not ``Allow``: REST framework lists in it what one view can, and a candidate stands in for one method of several."""

IDENTITIES = ("id", "pk", "uuid", "guid", "number", "sku", "slug", "code", "key", "name")
"""Fields that tell the objects of a list apart; the first that does is taken."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How the answers of one endpoint are compared. Faults show when the rules are used: see :meth:`refuse_malformed`.

    Attributes:
        ignore: what is not compared of JSON bodies, with all below it: see :mod:`~cqrs_routing.comparison.pattern`.
        unordered: lists in JSON bodies whose order does not matter, by the same paths.
        tolerance: how far apart numbers may be; above 0 this goes for numbers in strings, and for 1 and 1.0 too.
        headers: names of those that are compared.
        sensitive: fields whose values are not kept, besides those that look like a password or a token.
        normalise: is given each body before anything else, a JSON one parsed (fractions as Decimal), another one as
            text, and returns what is compared in its place.
        body_limit: bytes that are kept of each body.
    """

    ignore: tuple[str, ...] = ()
    unordered: tuple[str, ...] = ()
    tolerance: Decimal | float = 0
    headers: tuple[str, ...] = HEADERS
    sensitive: tuple[str, ...] = ()
    normalise: Callable[[Any], Any] | None = None
    body_limit: int = 20_000

    def refuse_malformed(self) -> None:
        """Raises MalformedRules where a path, a list of names or a number in them makes no sense."""
        for name in ("ignore", "unordered", "headers", "sensitive"):
            if isinstance(getattr(self, name), str):
                raise MalformedRules(f"{name} is several: write {name}=({getattr(self, name)!r},).")
        if self.normalise is not None and not callable(self.normalise):
            raise MalformedRules(f"normalise is a function that is given a body, not {self.normalise!r}.")
        if self.body_limit < 0:
            raise MalformedRules(f"body_limit is a number of bytes, not {self.body_limit}.")
        _ = self.ignored, self.unordered_lists, self.margin

    @cached_property
    def ignored(self) -> pattern.State:
        return pattern.state(self.ignore)

    @cached_property
    def unordered_lists(self) -> pattern.State:
        return pattern.state(self.unordered)

    @cached_property
    def margin(self) -> Decimal:
        """The tolerance as it is written: 0.1 is a tenth."""
        try:
            margin = Decimal(str(self.tolerance))
        except InvalidOperation:
            margin = Decimal("NaN")
        if not margin.is_finite() or margin < 0:
            raise MalformedRules(f"tolerance is a number, 0 or above, not {self.tolerance!r}.")
        return margin

    @cached_property
    def identities(self) -> tuple[str, ...]:
        """Fields that may tell objects apart: no sensitive one, since paths show them."""
        return tuple(name for name in IDENTITIES if not self.hides(name))

    def hides(self, name: str) -> bool:
        """Whether the values of the fields, headers or parameters called ``name`` are not kept."""
        return is_sensitive(name, self.further)

    @cached_property
    def further(self) -> frozenset[str]:
        return frozenset(map(squashed, self.sensitive))
