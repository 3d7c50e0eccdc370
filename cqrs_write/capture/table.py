"""What a table must report: which key to log when which columns change."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Watch:
    """One wish: log the values of ``key`` of every row of ``table`` in which one of ``columns`` changes.

    A key of several columns is logged only where none of them is NULL.
    """

    table: str
    key: tuple[str, ...]
    columns: frozenset[str]

    @property
    def stream(self) -> str:
        """The change log's name for these keys, e.g. ``orders_orderline.order_id``."""
        return f"{self.table}.{','.join(self.key)}"


@dataclass(frozen=True, kw_only=True)
class CapturedTable:
    """All watches of one table, one per stream, in a stable order."""

    name: str
    watches: tuple[Watch, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the triggers name, the primary key aside."""
        used = set[str]().union(*({*watch.key, *watch.columns} for watch in self.watches))
        return tuple(sorted(used))

    @property
    def streams(self) -> tuple[str, ...]:
        return tuple(watch.stream for watch in self.watches)


def merged(watches: Iterable[Watch]) -> list[CapturedTable]:
    """One CapturedTable per table: watches of the same stream become one that has the columns of all."""
    columns: dict[tuple[str, tuple[str, ...]], frozenset[str]] = {}
    for watch in watches:
        identity = (watch.table, watch.key)
        columns[identity] = columns.get(identity, frozenset()) | watch.columns
    tables: dict[str, list[Watch]] = {}
    for (table, key), used in sorted(columns.items()):
        tables.setdefault(table, []).append(Watch(table=table, key=key, columns=used))
    return [CapturedTable(name=name, watches=tuple(found)) for name, found in tables.items()]
