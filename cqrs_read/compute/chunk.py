"""Walking over all source keys of a read model in chunks."""

from dataclasses import dataclass

from django.db import connections

from cqrs_read.compute.query import Statement
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.declaration.selection import Selection
from cqrs_read.declaration.table import table_name
from cqrs_write.backends import load


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a walk has come.

    ``estimated`` is the number of source rows, as the database believes; ``note`` what holds the walk now.
    """

    rows: int
    estimated: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Range:
    """Source keys above ``above`` up to and including ``up_to``; None leaves that side open."""

    above: str | None
    up_to: str | None
    keys: int
    """How many there are now."""

    @property
    def is_last(self) -> bool:
        return self.up_to is None


def next_range(read_model: type[ReadModel], after: str | None, size: int) -> Range:
    """The next ``size`` source keys above ``after`` in the database's order; open at the end if there are fewer.

    The database finds the last of them by itself; no other key leaves it.
    """
    key = projection_of(read_model).source_key
    beyond, params = key.condition(Selection.REST if after is not None else Selection.ALL)
    rows, ordering = _keys_from(read_model, beyond), f"ORDER BY {', '.join(key.names())}"
    after_it = [after] * len(params)
    with connections[key.using].cursor() as cursor:
        cursor.execute(f"SELECT {key.text()} {rows} {ordering} LIMIT 1 OFFSET {int(size) - 1}", after_it)
        if found := cursor.fetchone():
            return Range(above=after, up_to=found[0], keys=size)
        cursor.execute(f"SELECT count(*) FROM (SELECT 1 {rows}) rest", after_it)
        return Range(above=after, up_to=None, keys=int(cursor.fetchone()[0]))


def keys_in(read_model: type[ReadModel], range_: Range) -> list[str]:
    """Every source key in ``range_``, as text."""
    key = projection_of(read_model).source_key
    where, params = key.condition(Selection.of_range(range_.above, range_.up_to))
    statement = Statement(sql=f"SELECT {key.text()} {_keys_from(read_model, where)}", params=params)
    with connections[key.using].cursor() as cursor:
        cursor.execute(*statement.bound(above=range_.above, up_to=range_.up_to))
        return [found for (found,) in cursor.fetchall()]


def _keys_from(read_model: type[ReadModel], where: str) -> str:
    """What yields each source key once, without what is selected of it."""
    projection = projection_of(read_model)
    key = projection.source_key
    # With its table's name: ORDER BY a bare name would sort the text of the output column.
    grouped = f" GROUP BY {', '.join(key.names())}" if projection.group_by else ""
    return f"FROM {connections[key.using].ops.quote_name(key.table)} WHERE {where}{grouped}"


def estimated_rows(read_model: type[ReadModel]) -> int:
    """Source rows, from the database's statistics where it has some."""
    projection = projection_of(read_model)
    return table_rows(projection.using, table_name(projection.source))


def table_rows(using: str, table: str) -> int:
    """Rows of ``table``, from the database's statistics where it has some."""
    with connections[using].cursor() as cursor:
        return int(load("cqrs_read", "statistics", using).estimated_rows(cursor, table))
