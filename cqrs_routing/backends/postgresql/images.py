"""Images of rows on PostgreSQL, as who records them needs it: arming, outcomes, shapes of tables, rows as they are.

All of it runs on psycopg's own connection, past the wrappers that count and record a request's queries.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from psycopg.pq import TransactionStatus

from cqrs_write.backends.postgresql.catalog import quoted
from cqrs_write.backends.postgresql.images import MESSAGE

IDLE = TransactionStatus.IDLE
IN_TRANSACTION = TransactionStatus.INTRANS
BROKEN = TransactionStatus.INERROR

# A transaction's number cannot be had on a standby, where asking for it would break the transaction.
ARM = (
    "SELECT pg_catalog.set_config('cqrs.rehearsal', 'on', true), "
    "CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_current_xact_id()::text END"
)
DISARM = "SELECT pg_catalog.set_config('cqrs.rehearsal', '', true)"

OWN_LOCKS = (
    "SELECT transactionid::text FROM pg_catalog.pg_locks WHERE locktype = 'transactionid' "
    "AND mode = 'ExclusiveLock' AND granted AND pid = pg_catalog.pg_backend_pid()"
)

SHAPES = """
SELECT listed.name,
    (SELECT pg_catalog.json_agg(a.attname ORDER BY a.attnum)
     FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a
          ON a.attrelid = c.oid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
     WHERE i.indrelid = c.oid AND i.indisprimary)::text,
    (SELECT pg_catalog.json_agg(a.attname) FROM pg_catalog.pg_attribute a
     LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
     LEFT JOIN pg_catalog.pg_index i
          ON i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey::int2[])
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND (
           a.attidentity <> '' OR pg_catalog.pg_get_expr(d.adbin, c.oid) LIKE 'nextval(%%'
           OR (i.indrelid IS NOT NULL AND a.atttypid = 'pg_catalog.uuid'::pg_catalog.regtype)))::text,
    (SELECT pg_catalog.json_agg(a.attname) FROM pg_catalog.pg_attribute a
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = 'v')::text,
    (SELECT pg_catalog.json_object_agg(a.attname, pg_catalog.json_build_array(f.confrelid::regclass::text, r.attname))
     FROM pg_catalog.pg_constraint f
     JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1]
     JOIN pg_catalog.pg_attribute r ON r.attrelid = f.confrelid AND r.attnum = f.confkey[1]
     WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.conparentid = 0
           AND pg_catalog.array_length(f.conkey, 1) = 1)::text
FROM unnest(%s::text[]) AS listed(name)
JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(listed.name)
"""

SINCE = """
SELECT EXISTS (
    SELECT FROM (
        SELECT pg_catalog.pg_snapshot_xip(%(before)s::pg_snapshot)::text::bigint
        UNION ALL
        SELECT pg_catalog.generate_series(pg_catalog.pg_snapshot_xmax(%(before)s::pg_snapshot)::text::bigint,
                                          pg_catalog.pg_snapshot_xmax(%(after)s::pg_snapshot)::text::bigint - 1)
    ) ended(xid)
    WHERE pg_catalog.pg_visible_in_snapshot(xid::text::xid8, %(after)s::pg_snapshot)
          AND pg_catalog.pg_xact_status(xid::text::xid8) = 'committed'
          AND xid %% 4294967296 <> ALL (%(own)s::bigint[]))
"""

Handler = Callable[[Any], None]


def status(raw: Any) -> TransactionStatus:
    found: TransactionStatus = raw.info.transaction_status
    return found


def listen(raw: Any, told: Callable[[str], None]) -> Handler:
    """Have ``told`` called with the JSON of every image that comes over the connection ``raw``."""

    def handler(notice: Any) -> None:
        if notice.message_primary == MESSAGE:
            told(notice.message_detail)

    raw.add_notice_handler(handler)
    return handler


def deaf(raw: Any, handler: Handler) -> None:
    """Undo :func:`listen`."""
    raw.remove_notice_handler(handler)


def arm(raw: Any, *, begin: bool) -> str | None:
    """Arm the current transaction, or one that this begins, in one round trip; return its number if it has one."""
    cursor = raw.execute(f"BEGIN; {ARM}" if begin else ARM)
    while cursor.nextset():
        pass
    number: str | None = cursor.fetchone()[1]
    return number


def disarm(raw: Any) -> None:
    raw.execute(DISARM)


def own_numbers(raw: Any) -> list[int]:
    """The numbers, modulo 2³², of the open transaction and those of its open subtransactions that have written."""
    return [int(number) for (number,) in raw.execute(OWN_LOCKS).fetchall()]


def committed(raw: Any, numbers: Collection[str]) -> set[str]:
    """Which of the transactions have committed."""
    found = raw.execute(
        "SELECT number FROM unnest(%s::text[]) AS asked(number) "
        "WHERE pg_catalog.pg_xact_status(number::xid8) = 'committed'",
        [list(numbers)],
    )
    return {number for (number,) in found.fetchall()}


def shapes(
    raw: Any, tables: Collection[str]
) -> dict[str, tuple[list[str], list[str], list[str], dict[str, Any]]]:
    """By table: its primary key, the columns that the database or a UUID fills, the virtual ones, the references."""
    found = raw.execute(SHAPES, [list(tables)]).fetchall()
    return {
        name: (_list(key), _list(generated), _list(virtual), json.loads(references or "{}"))
        for name, key, generated, virtual, references in found
    }


def _list(text: str | None) -> list[str]:
    listed: list[str] = json.loads(text or "[]")
    return listed


def rows(raw: Any, table: str, key: Sequence[str], keys: Sequence[Mapping[str, Any]]) -> list[str]:
    """The rows of ``table`` with one of ``keys``, which are as images have them, as JSON."""
    same = " AND ".join(f"asked.{quoted(column)} = cqrs_row.{quoted(column)}" for column in key)
    # The limit tells the planner how few there are: it takes any such function for one of a hundred rows.
    found = raw.execute(
        f"SELECT pg_catalog.row_to_json(cqrs_row)::text FROM "
        f"(SELECT * FROM pg_catalog.json_populate_recordset(NULL::{table}, %s::json) LIMIT %s) asked "
        f"JOIN {table} cqrs_row ON {same}",
        [json.dumps(keys, default=str), len(keys)],
    )
    return [text for (text,) in found.fetchall()]


def snapshot(raw: Any) -> str:
    """What is committed now."""
    text: str = raw.execute("SELECT pg_catalog.pg_current_snapshot()::text").fetchone()[0]
    return text


def others_committed(raw: Any, before: str, after: str, own: Collection[int]) -> bool:
    """Whether a transaction that is none of ``own`` (modulo 2³²) has committed between two snapshots."""
    found = raw.execute(SINCE, {"before": before, "after": after, "own": list(own)})
    return bool(found.fetchone()[0])
