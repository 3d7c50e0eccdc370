"""How busy a PostgreSQL is, and what would suffer from more work."""

from typing import Any


def active_sessions(cursor: Any) -> int:
    """Sessions of the whole server that execute something at this moment, this one aside."""
    cursor.execute(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE state = 'active' AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    return int(cursor.fetchone()[0])


def replication_lag(cursor: Any) -> float:
    """Seconds that the slowest replica is behind; 0 without one. Needs the role ``pg_monitor`` to see them."""
    cursor.execute("SELECT coalesce(max(extract(epoch FROM replay_lag)), 0) FROM pg_stat_replication")
    return float(cursor.fetchone()[0])


def is_being_vacuumed(cursor: Any, table: str) -> bool:
    """Whether autovacuum works at ``table`` now."""
    cursor.execute(
        "SELECT EXISTS (SELECT FROM pg_stat_progress_vacuum v JOIN pg_stat_activity a USING (pid) "
        "WHERE v.relid = to_regclass(%s) AND a.backend_type = 'autovacuum worker')",
        [cursor.db.ops.quote_name(table)],
    )
    return bool(cursor.fetchone()[0])
