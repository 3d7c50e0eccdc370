"""Emptying the database after a test whose writes were committed, several times as fast as Django's ``flush``.

``flush`` truncates every table, which on PostgreSQL makes new files for all of them and for their indexes, and has
content types and permissions made again. Here the few tables that have rows lose them, and those two are kept.
"""

from typing import Any

from django.apps import apps
from django.db import connections, transaction
from django.db.models.signals import post_migrate
from django.test import TransactionTestCase

KEPT = {"django_content_type", "auth_permission"}
MANY = 1000
"""Rows from which truncating a table is faster than deleting them."""


def pytest_configure() -> None:
    TransactionTestCase._fixture_teardown = _fixture_teardown  # type: ignore[method-assign]


def _fixture_teardown(case: Any) -> None:
    for alias in case._databases_names(include_mirrors=False):
        _empty(connections[alias])
        if case.available_apps is None:
            _have_triggers_again(alias)


def _empty(connection: Any) -> None:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [connection.ops.quote_name(name) for name in names if name not in KEPT]
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        counts = [
            f"SELECT '{table}', (SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT {MANY}) few)"
            for table in tables
        ]
        cursor.execute(" UNION ALL ".join(counts))
        rows = {table: count for table, count in cursor.fetchall() if count}
        large = [table for table in rows if rows[table] == MANY and connection.vendor == "postgresql"]
        # First, since a table whose foreign keys are still to be checked for deleted rows cannot be truncated.
        if large:
            cursor.execute(f"TRUNCATE {', '.join(large)} CASCADE")
        for table in rows:
            if table not in large:
                cursor.execute(f"DELETE FROM {table}")


def _have_triggers_again(alias: str) -> None:
    """As ``flush`` does at its end, where a test has changed the catalog or the plan: it may have removed some."""
    from cqrs_write.capture.drift import drift

    if _in_order.get(alias) == _as_it_is(alias):
        return
    for label in ("cqrs_write", "cqrs_read"):
        config = apps.get_app_config(label)
        post_migrate.send(
            sender=config, app_config=config, verbosity=0, interactive=False, using=alias, plan=[], apps=apps
        )
    _in_order[alias] = None if drift(alias) else _as_it_is(alias)


_in_order: dict[str, Any] = {}
"""By alias, what the catalog and the plan were when nothing drifted."""

CATALOG = {
    # Every change of a catalog's row gives it another xmin.
    "postgresql": """
        SELECT md5(string_agg(row, ',' ORDER BY row)) FROM (
            SELECT concat_ws(' ', 'trigger', oid, xmin) AS row FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT concat_ws(' ', 'function', oid, xmin) FROM pg_proc WHERE oid >= 16384
            UNION ALL SELECT concat_ws(' ', 'comment', objoid, xmin) FROM pg_description WHERE objoid >= 16384
            UNION ALL SELECT concat_ws(' ', 'column', attrelid, attnum, xmin) FROM pg_attribute WHERE attrelid >= 16384
            UNION ALL SELECT concat_ws(' ', 'file', oid, relfilenode) FROM pg_class WHERE oid >= 16384 AND relkind = 'r'
        ) AS rows
    """,
    "sqlite": "PRAGMA schema_version",
}


def _as_it_is(alias: str) -> Any:
    from cqrs_write.capture.plan import capture_plan

    with connections[alias].cursor() as cursor:
        cursor.execute(CATALOG[connections[alias].vendor])
        return capture_plan(alias), cursor.fetchone()
