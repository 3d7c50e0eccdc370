"""Writes past Django: each form draws the code of one."""

from typing import Any

from django.db import connection
from hypothesis import strategies as st

from tests.property.drawing import (
    Draw,
    drawn_change,
    drawn_column,
    drawn_name,
    drawn_row,
    drawn_rows,
    key_columns,
    other_columns,
)
from tests.property.graph.schema import KEYS, columns_of, model_named


def _table(name: str) -> str:
    return f'"{model_named(name)._meta.db_table}"'


def _sql(statement: str, *params: Any) -> str:
    given = "".join(f", {param!r}" for param in params)
    return f"sql({statement!r}{given})"


def raw_update(draw: Draw) -> str:
    name = drawn_name(draw)
    column, value = drawn_change(draw, name, own=True)
    by = draw(st.sampled_from(key_columns(name)))
    return _sql(
        f'UPDATE {_table(name)} SET "{column.column}" = %s WHERE "{by.column}" = %s',
        value,
        draw(st.sampled_from(by.values)),
    )


def raw_delete(draw: Draw) -> str:
    name = drawn_name(draw)
    column = draw(st.sampled_from(key_columns(name)))
    return _sql(
        f'DELETE FROM {_table(name)} WHERE "{column.column}" = %s', draw(st.sampled_from(column.values))
    )


def _insert(draw: Draw, name: str) -> tuple[str, list[Any]]:
    row, columns = drawn_row(draw, name), [c for c in columns_of(name) if c.own]
    listed = ", ".join(f'"{c.column}"' for c in columns)
    places = ", ".join(["%s"] * len(columns))
    return f"INTO {_table(name)} ({listed}) VALUES ({places})", [row[c.attribute] for c in columns]


def raw_insert(draw: Draw) -> str:
    name = drawn_name(draw)
    into, values = _insert(draw, name)
    column = drawn_column(draw, other_columns(name, own=True))
    keys = ", ".join(f'"{c.column}"' for c in key_columns(name))
    end = draw(
        st.sampled_from(
            (
                "",
                " ON CONFLICT DO NOTHING",
                f' ON CONFLICT ({keys}) DO UPDATE SET "{column.column}" = excluded."{column.column}"',
            )
        )
    )
    return _sql(f"INSERT {into}{end}", *values)


def insert_from_select(draw: Draw) -> str:
    name = draw(st.sampled_from(("Copy", "Loan", "Contribution", "Reading")))
    columns = [f'"{c.column}"' for c in columns_of(name)]
    shift = draw(st.integers(1, 3))
    wanted = [f"id + {shift}" if column == '"id"' else column for column in columns]
    return _sql(
        f"INSERT INTO {_table(name)} ({', '.join(columns)}) SELECT {', '.join(wanted)} FROM {_table(name)} "
        "WHERE id <= %s ON CONFLICT DO NOTHING",
        draw(st.integers(1, 3)),
    )


def update_from_another(draw: Draw) -> str:
    return _sql(
        'UPDATE "graph_copy" SET "quantity" = w."year", "work_id" = coalesce(w."sequel_of_id", w."id") '
        'FROM "graph_work" w WHERE w."id" = "graph_copy"."work_id" AND w."year" > %s',
        draw(st.integers(0, 3)),
    )


def merge(draw: Draw) -> str:
    name = drawn_name(draw)
    row, columns = drawn_row(draw, name), [c for c in columns_of(name) if c.own]
    fields = {field.attname: field for field in model_named(name)._meta.local_concrete_fields}
    types = [fields[c.attribute].cast_db_type(connection) for c in columns]
    values = ", ".join(f"CAST(%s AS {one})" for one in types)
    names = ", ".join(f'"{c.column}"' for c in columns)
    on = " AND ".join(f't."{c.column}" = v."{c.column}"' for c in key_columns(name))
    column = drawn_column(draw, other_columns(name, own=True))
    matched = draw(st.sampled_from((f'UPDATE SET "{column.column}" = v."{column.column}"', "DELETE")))
    given = ", ".join(f'v."{c.column}"' for c in columns)
    return _sql(
        f"MERGE INTO {_table(name)} t USING (VALUES ({values})) AS v ({names}) ON {on} "
        f"WHEN MATCHED THEN {matched} WHEN NOT MATCHED THEN INSERT ({names}) VALUES ({given})",
        *(row[c.attribute] for c in columns),
    )


def copy(draw: Draw) -> str:
    name = drawn_name(draw)
    return f"copy({name!r}, {drawn_rows(draw, name)!r})"


def truncate(draw: Draw) -> str:
    return _sql(f"TRUNCATE {_table(drawn_name(draw))} CASCADE")


def move_by_cte(draw: Draw) -> str:
    """Rows deleted and inserted anew by one statement."""
    return _sql(
        'WITH gone AS (DELETE FROM "graph_loan" WHERE copy_id = %s RETURNING *), '
        'more AS (UPDATE "graph_copy" SET work_id = %s WHERE id = %s RETURNING *) '
        'INSERT INTO "graph_loan" (id, copy_id, day, days) SELECT id + 10, %s, day, days FROM gone',
        draw(st.sampled_from(KEYS["Copy"])),
        draw(st.sampled_from(KEYS["Work"])),
        draw(st.sampled_from(KEYS["Copy"])),
        draw(st.sampled_from(KEYS["Copy"])),
    )


def replace(draw: Draw) -> str:
    into, values = _insert(draw, drawn_name(draw))
    return _sql(f"INSERT OR REPLACE {into}", *values)


COMMON = (raw_update, raw_delete, raw_insert, insert_from_select, update_from_another)
FORMS = {
    "postgresql": (*COMMON, merge, copy, truncate, move_by_cte),
    "sqlite": (*COMMON, replace),
}
