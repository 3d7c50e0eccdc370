"""The table of the next version: made from the model's state, before any row is in it, and indexed after."""

from typing import Any

from django.db import DatabaseError, connections, transaction

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.declaration.table import table_name
from cqrs_read.exceptions import CannotRebuild
from cqrs_read.standing.version import next_version
from cqrs_write.backends import load
from cqrs_write.cli import one_line


def is_there(read_model: type[ReadModel]) -> bool:
    """Whether the next version of ``read_model`` has a table."""
    using = projection_of(read_model).target
    with connections[using].cursor() as cursor:
        return bool(load("cqrs_read", "tables", using).exists(cursor, table_name(next_version(read_model))))


def create(read_model: type[ReadModel]) -> None:
    """Make the table of the next version, without what is faster to make when it is full.

    Raises:
        CannotRebuild: if the database refuses, say for a missing right.
    """
    using, version = projection_of(read_model).target, next_version(read_model)
    try:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            load("cqrs_read", "swap", using).prepare(cursor)
            for statement in _editor(version).collected_sql:
                cursor.execute(statement)
    except DatabaseError as error:
        raise CannotRebuild(
            f"{name_of(read_model)}: the database refuses the table of the next version: {one_line(error)}. "
            'Let somebody with the right to do so run: CREATE SCHEMA cqrs_next AUTHORIZATION "this role"'
        ) from error


def complete(read_model: type[ReadModel]) -> None:
    """Make the indexes and constraints of the next version that are not there yet, if their names do not clash."""
    using, version = projection_of(read_model).target, next_version(read_model)
    backend = load("cqrs_read", "swap", using)
    if not backend.INDEXES_BEFORE:
        return
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        there = backend.names(cursor, table_name(version))
        for statement in _editor(version).deferred_sql:
            if _name(statement) not in there:
                cursor.execute(str(statement))
        for statement in backend.made_by_hand(cursor, table_name(read_model), table_name(version)):
            cursor.execute(statement)
        cursor.execute(f"ANALYZE {connections[using].ops.quote_name(table_name(version))}")


def swap(read_model: type[ReadModel]) -> None:
    """Put the next version in the place of the table. Call it within a transaction."""
    using, version = projection_of(read_model).target, next_version(read_model)
    backend = load("cqrs_read", "swap", using)
    with connections[using].cursor() as cursor:
        backend.swap(cursor, table_name(read_model), table_name(version))
        if not backend.INDEXES_BEFORE:
            there = backend.names(cursor, table_name(read_model))
            for statement in _editor(read_model).deferred_sql:
                if _name(statement) not in there:
                    cursor.execute(str(statement))


def drop(read_model: type[ReadModel]) -> None:
    """Drop the table of the next version, if it is there."""
    using = projection_of(read_model).target
    with connections[using].cursor() as cursor:
        load("cqrs_read", "swap", using).drop(cursor, table_name(next_version(read_model)))


def unfit(read_model: type[ReadModel]) -> str:
    """Why the table of ``read_model`` cannot be swapped; empty if it can."""
    using = projection_of(read_model).target
    with connections[using].cursor() as cursor:
        return str(load("cqrs_read", "swap", using).unfit(cursor, table_name(read_model)))


def _editor(model: type[ReadModel]) -> Any:
    """Django's own schema editor, which has collected what makes the table of ``model`` and has run nothing."""
    editor: Any = connections[projection_of(model).target].schema_editor(collect_sql=True)
    editor.deferred_sql = []
    editor.create_model(model)
    return editor


def _name(statement: Any) -> str:
    return str(statement.parts["name"]).strip('"')
