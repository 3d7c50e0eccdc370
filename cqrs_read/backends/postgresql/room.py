"""Room for changed rows on PostgreSQL: beside its old version on the same page a new one needs no index entries."""

from typing import Any

from cqrs_write.backends.postgresql.locks import limit_wait

FILLFACTOR = 80
"""Percent of a page that inserted rows may fill: rows of a few hundred bytes then have two places on each."""

# A partitioned table has none of its own; whoever may not alter it shall not fail for it.
UNDECIDED = """
SELECT current_setting('lock_timeout') FROM pg_catalog.pg_class
WHERE oid = to_regclass(%s) AND relkind = 'r' AND pg_has_role(relowner, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_options_to_table(reloptions) WHERE option_name = 'fillfactor')
"""


def leave(cursor: Any, table: str) -> None:
    """Set the table's fillfactor, if it has none. Readers and writers go on; a vacuum is not waited for."""
    quoted = cursor.db.ops.quote_name(table)
    cursor.execute(UNDECIDED, [quoted])
    if (undecided := cursor.fetchone()) is None:
        return
    limit_wait(cursor)
    cursor.execute(f"ALTER TABLE {quoted} SET (fillfactor = {FILLFACTOR})")
    cursor.execute("SELECT set_config('lock_timeout', %s, true)", undecided)
