"""A finding: one difference between what the handler and the legacy view wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is wrong, without values in its ``kind``, so that findings of many rehearsals group by it.

    Attributes:
        table: as the database names it.
        problem: ``row missing``, ``row extra``, ``update missing``, ``update extra``, ``delete missing``,
            ``delete extra``, ``wrong value``, ``truncate missing``, ``truncate extra`` or ``no images``; what is
            missing, the legacy view did and the handler did not.
        column: of a wrong value.
        key: the row's primary key; of an inserted row on the legacy side, if it is there.
        old: what was there before: a value, or a row.
        handler, legacy: what either side left: a value, a row, or None where there is none.
    """

    table: str
    problem: str
    column: str = ""
    key: tuple[Any, ...] = ()
    old: Any = None
    handler: Any = None
    legacy: Any = None

    @property
    def kind(self) -> str:
        """``orders_order.status: wrong value``."""
        where = f"{self.table}.{self.column}" if self.column else self.table
        return f"{where}: {self.problem}"

    @property
    def is_certain(self) -> bool:
        """Whether it stands whatever other writers did: what is not declared is not."""
        return self.problem == NO_IMAGES

    @property
    def remedy(self) -> str:
        return "declare it in the endpoint's tables=" if self.problem == NO_IMAGES else ""

    def __str__(self) -> str:
        return f"{self.kind}; {self.remedy}" if self.remedy else self.kind


NO_IMAGES = "no images"
"""A table is written to that nothing is known of: rows of it may be missing or wrong unseen."""
