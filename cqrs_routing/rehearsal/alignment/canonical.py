"""The canonical form of a value: equal on both sides wherever only keys and clocks differ."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from cqrs_routing.rehearsal.alignment.clocks import reading, within
from cqrs_routing.rehearsal.alignment.pieces import pieces, token
from cqrs_routing.rehearsal.alignment.side import Side
from cqrs_routing.rehearsal.changes import Identity

KEY, CLOCK = "<key>", "<clock>"

IDENTIFIER = re.compile(
    r"(?:^|_)(?:id|pk|key|number|no|nr|ref|reference|code)s?$|(?<=[a-z])Ids?$", re.IGNORECASE
)
"""Names of columns, and of members of JSON objects, whose numbers tell rows apart."""

AMOUNT = re.compile(r"-?\d+(?:\.\d+)?")

LARGE = 1000
"""Numbers from which one that equals a generated key is hardly a quantity or a price."""


def may_be_a_key(value: int, name: str) -> bool:
    """Whether the number ``value``, in the column or member ``name``, can stand for a row."""
    return abs(value) >= LARGE or IDENTIFIER.search(name) is not None


def is_amount(text: str, name: str) -> bool:
    """Whether ``text`` is a number, in the column or member ``name``, that stands for no row: 9.99 is a price."""
    if not AMOUNT.fullmatch(text):
        return False
    return not (text.isdecimal() and (text[0] == "0" or may_be_a_key(int(text), name)))


class Canonical:
    """Of the row ``identity``; collects on the way which other rows its values mention.

    Args:
        timeless: whether all times are taken for clock readings, and not only those within the run: one can be
            30 days ahead of it.
    """

    def __init__(self, side: Side, identity: Identity, *, timeless: bool) -> None:
        self.side = side
        self.identity = identity
        self.timeless = timeless
        self.mentions: dict[Identity, None] = {}

    def content(self) -> str:
        """All of the row but what is generated and what refers to other inserted rows."""
        shape, row = self.side.shapes[self.identity[0]], self.side.rows[self.identity]
        left_out = shape.generated | {column for column, _ in self.side.references(self.identity)}
        written = {
            column: self.value(value, column) for column, value in row.items() if column not in left_out
        }
        return json.dumps(written, sort_keys=True, default=str)

    def value(self, value: Any, name: str) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(one, name) for one in value]
        if isinstance(value, dict):
            return {member: self.value(one, member) for member, one in value.items()}
        if isinstance(value, int) and may_be_a_key(value, name) and self.is_key(token(value)):
            return KEY
        return value

    def text(self, text: str) -> str:
        between, found = pieces(text)
        written = [self.piece(piece) for piece in found]
        return "".join(part for pair in zip(between, [*written, ""], strict=True) for part in pair)

    def piece(self, piece: str) -> str:
        if self.is_key(token(piece)):
            return KEY
        moment = reading(piece)
        if moment is None:
            return piece
        read = within(moment, self.side.run) or (self.timeless and isinstance(moment, datetime))
        return CLOCK if read else piece

    def is_key(self, token: str | None) -> bool:
        """Whether it was generated on this side. What was generated for several rows mentions none of them."""
        owners = self.side.owners.get(token, []) if token else []
        if len(owners) == 1 and owners[0] != self.identity:
            self.mentions[owners[0]] = None
        return bool(owners)
