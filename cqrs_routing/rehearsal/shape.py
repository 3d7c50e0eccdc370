"""The shape of a table, as far as comparing its rows needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Names of columns.

    Attributes:
        key: the primary key.
        generated: what each row gets anew: from a sequence, or as a UUID in the primary key.
        virtual: computed when read; no image has them.
        references: by column, the table and column that a foreign key refers to.
    """

    key: tuple[str, ...]
    generated: frozenset[str] = frozenset()
    virtual: frozenset[str] = frozenset()
    references: Mapping[str, tuple[str, str]] = field(default_factory=dict)
