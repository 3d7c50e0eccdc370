"""What PostgreSQL has under the name of a table."""

from collections.abc import Sequence
from typing import Any

KINDS = {"v": "view", "m": "materialized view", "f": "foreign table"}


def not_tables(cursor: Any, names: Sequence[str]) -> dict[str, str]:
    """The kinds of those among ``names`` that are there, but are no tables."""
    quoted = [cursor.db.ops.quote_name(name) for name in names]
    cursor.execute(
        "SELECT name, relkind FROM unnest(%s::text[], %s::text[]) AS listed(name, quoted) "
        "JOIN pg_catalog.pg_class ON oid = pg_catalog.to_regclass(quoted)",
        [list(names), quoted],
    )
    return {name: KINDS[kind] for name, kind in cursor.fetchall() if kind in KINDS}
