"""Sameness of two values: equal, or what the same key or the same clock comes to on either side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cqrs_routing.rehearsal.alignment.canonical import is_amount, may_be_a_key
from cqrs_routing.rehearsal.alignment.clocks import Clocks
from cqrs_routing.rehearsal.alignment.key_map import KeyMap
from cqrs_routing.rehearsal.alignment.pieces import pieces, token
from cqrs_routing.rehearsal.image import Row
from cqrs_routing.rehearsal.shape import Shape


class Sameness:
    """Compares the values of rows of both sides, through the key map as it is so far."""

    def __init__(self, keys: KeyMap, clocks: Clocks) -> None:
        self.keys = keys
        self.clocks = clocks

    def differing(self, shape: Shape, handler: Row, legacy: Row, *, inserted: bool) -> Iterator[str]:
        """The columns in which the rows differ. What is generated for a row that is ``inserted`` always does."""
        for column in legacy:
            generated = inserted and column in shape.generated and column not in shape.references
            if not generated and not self.of_column(shape, column, handler.get(column), legacy[column]):
                yield column

    def of_column(self, shape: Shape, column: str, handler: Any, legacy: Any) -> bool:
        if (reference := shape.references.get(column)) is None:
            return self.of_value(handler, legacy, column)
        one, other = (
            self.keys.handler.inserted(*reference, handler),
            self.keys.legacy.inserted(*reference, legacy),
        )
        if one is None and other is None:
            return bool(handler == legacy)
        return one is not None and self.keys.pairs.get(one) == other

    def of_value(self, handler: Any, legacy: Any, name: str) -> bool:
        """``name`` is that of the column, or of the JSON member, that has them."""
        if isinstance(handler, str) and isinstance(legacy, str):
            return handler == legacy or self.of_text(handler, legacy, name)
        if isinstance(handler, bool) or isinstance(legacy, bool):
            return handler is legacy
        if isinstance(handler, int) and isinstance(legacy, int):
            return handler == legacy or self.of_number(handler, legacy, name)
        if isinstance(handler, list) and isinstance(legacy, list):
            return len(handler) == len(legacy) and all(
                self.of_value(one, other, name) for one, other in zip(handler, legacy, strict=True)
            )
        if isinstance(handler, dict) and isinstance(legacy, dict):
            return handler.keys() == legacy.keys() and all(
                self.of_value(handler[member], legacy[member], member) for member in legacy
            )
        return bool(handler == legacy)

    def of_number(self, handler: int, legacy: int, name: str) -> bool:
        return may_be_a_key(handler, name) and self.keys.corresponds(token(handler), token(legacy))

    def of_text(self, handler: str, legacy: str, name: str) -> bool:
        if is_amount(handler, name):
            return False
        between_one, one = pieces(handler)
        between_other, other = pieces(legacy)
        return between_one == between_other and all(map(self.of_piece, one, other))

    def of_piece(self, handler: str, legacy: str) -> bool:
        """A number that is filled up with zeros is so on both sides, to the same length."""
        if handler == legacy or self.clocks.alike(handler, legacy):
            return True
        padded = "0" in (handler[0], legacy[0])
        return (not padded or len(handler) == len(legacy)) and self.keys.corresponds(
            token(handler), token(legacy)
        )
