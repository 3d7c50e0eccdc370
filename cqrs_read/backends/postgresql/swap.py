"""Putting the next version of a table in the place of the one that is there, on PostgreSQL.

The next version stands in a schema of its own under the table's own name. So each index, constraint and sequence
has from the beginning the name that migrations expect, and moves along when the schema changes.
"""

from typing import Any

SCHEMA = "cqrs_next"
INDEXES_BEFORE = True
"""Whether indexes are made before the swap, since their names do not clash."""

# Statements as they are to be run once the next version has taken the table's place under the same name.
INHERITED = """
WITH was AS (SELECT c.*, format('%%I.%%I', n.nspname, c.relname) AS name
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass(%(table)s)),
     columns AS (SELECT o.* FROM was JOIN pg_attribute o ON o.attrelid = was.oid AND o.attnum > 0
                 JOIN pg_attribute n ON n.attrelid = to_regclass(%(next)s) AND n.attname = o.attname
                 WHERE NOT o.attisdropped)
SELECT 1, format('ALTER TABLE %%s OWNER TO %%I', name, pg_get_userbyid(relowner)) FROM was
 WHERE relowner <> (SELECT relowner FROM pg_class WHERE oid = to_regclass(%(next)s))
UNION ALL
SELECT 2, format('ALTER TABLE %%s SET (%%s)', name, array_to_string(reloptions, ', ')) FROM was
 WHERE reloptions IS NOT NULL
UNION ALL
SELECT 3, format('GRANT %%s ON TABLE %%s TO %%s%%s', a.privilege_type, name,
                 CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                 CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
  FROM was, aclexplode(relacl) a WHERE a.grantee <> relowner
UNION ALL
SELECT 4, format('GRANT %%s (%%I) ON TABLE %%s TO %%s%%s', a.privilege_type, attname, name,
                 CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                 CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
  FROM was, columns, aclexplode(attacl) a
UNION ALL
SELECT 5, format('COMMENT ON TABLE %%s IS %%L', name, obj_description(oid, 'pg_class')) FROM was
 WHERE obj_description(oid, 'pg_class') IS NOT NULL
UNION ALL
SELECT 6, format('COMMENT ON COLUMN %%s.%%I IS %%L', name, attname, col_description(was.oid, attnum))
  FROM was, columns WHERE col_description(was.oid, attnum) IS NOT NULL
UNION ALL
SELECT 7, pg_get_triggerdef(t.oid) FROM was JOIN pg_trigger t ON t.tgrelid = was.oid WHERE NOT tgisinternal
UNION ALL
SELECT 8, format('ALTER TABLE %%s %%s TRIGGER %%I', name,
                 CASE tgenabled WHEN 'A' THEN 'ENABLE ALWAYS' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'DISABLE' END, tgname)
  FROM was JOIN pg_trigger t ON t.tgrelid = was.oid WHERE NOT tgisinternal AND tgenabled <> 'O'
ORDER BY 1
"""

# Indexes that somebody made by hand: the next version lacks one of that name.
BY_HAND = """
SELECT replace(pg_get_indexdef(i.indexrelid), format(' ON %%I.%%I USING', n.nspname, c.relname),
               format(' ON %%s USING', %(next)s))
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class x ON x.oid = i.indexrelid
WHERE i.indrelid = to_regclass(%(table)s)
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
  AND x.relname NOT IN (SELECT o.relname FROM pg_index j JOIN pg_class o ON o.oid = j.indexrelid
                        WHERE j.indrelid = to_regclass(%(next)s))
  AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
                  AND NOT EXISTS (SELECT FROM pg_attribute b WHERE b.attrelid = to_regclass(%(next)s)
                                  AND b.attname = a.attname))
"""

NAMES = """
SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = to_regclass(%(next)s)
UNION SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(%(next)s)
"""

# Its extent and the policies that decide who sees which rows would be lost.
UNFIT = """
SELECT CASE WHEN relrowsecurity THEN 'has row level security'
            WHEN relkind <> 'r' THEN 'is no plain table'
            WHEN EXISTS (SELECT FROM pg_inherits WHERE oid IN (inhrelid, inhparent)) THEN 'has partitions'
            ELSE '' END
FROM pg_class WHERE oid = to_regclass(%s)
"""


def beside(table: str) -> str:
    """The name of the next version, as ``db_table``: Django leaves what is quoted as it is."""
    return f'"{SCHEMA}"."{bare(table)}"'


def bare(table: str) -> str:
    """``table`` without quotes and schema."""
    return table.strip('"').rpartition('"."')[2]


def prepare(cursor: Any) -> None:
    """Make the schema, unless it is there: somebody with more rights may have made it."""
    cursor.execute("SELECT to_regnamespace(%s) IS NULL", [SCHEMA])
    if cursor.fetchone()[0]:
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")


def unfit(cursor: Any, table: str) -> str:
    """Why ``table`` cannot be swapped; empty if it can."""
    cursor.execute(UNFIT, [cursor.db.ops.quote_name(table)])
    row = cursor.fetchone()
    return str(row[0]) if row else ""


def names(cursor: Any, beside: str) -> set[str]:
    """The names of the indexes and constraints that the next version has."""
    cursor.execute(NAMES, {"next": beside})
    return {name for (name,) in cursor.fetchall()}


def made_by_hand(cursor: Any, table: str, beside: str) -> list[str]:
    """Statements that give the next version what only the database knows of: indexes made by hand."""
    cursor.execute(BY_HAND, {"table": cursor.db.ops.quote_name(table), "next": beside})
    return [statement for (statement,) in cursor.fetchall()]


def swap(cursor: Any, table: str, beside: str) -> None:
    """Drop ``table`` and put the next version in its place, with owner, privileges, comments and triggers."""
    quoted = cursor.db.ops.quote_name(table)
    cursor.execute(INHERITED, {"table": quoted, "next": beside})
    inherited = [statement for _, statement in cursor.fetchall()]
    cursor.execute(
        "SELECT quote_ident(nspname) FROM pg_namespace WHERE oid = "
        "(SELECT relnamespace FROM pg_class WHERE oid = to_regclass(%s))",
        [quoted],
    )
    (schema,) = cursor.fetchone()
    for statement in [f"DROP TABLE {quoted}", f"ALTER TABLE {beside} SET SCHEMA {schema}", *inherited]:
        cursor.execute(statement)


def drop(cursor: Any, beside: str) -> None:
    cursor.execute(f"DROP TABLE IF EXISTS {beside}")
