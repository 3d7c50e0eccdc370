"""The identity of a read model's table: one that was made anew under its name has none of the rows of the old one."""

from django.db import connections

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.declaration.table import table_name
from cqrs_read.models import ReadModelState
from cqrs_write.backends import load


def identity_of(read_model: type[ReadModel]) -> str:
    """What tells the table of ``read_model`` from another of its name; empty where there is no table.

    SQLite has nothing of the kind: there a table is taken for the same, and :mod:`cqrs_read.standing.migrating`
    alone notices what a migration makes anew.
    """
    using = projection_of(read_model).target
    with connections[using].cursor() as cursor:
        return str(load("cqrs_read", "tables", using).identity(cursor, table_name(read_model)))


def reason_not_there(read_model: type[ReadModel], identity: str) -> str:
    """That ``read_model`` has no table, in one line; empty if it has one."""
    missing = f"{name_of(read_model)} has no table '{table_name(read_model)}' yet. Run: manage.py migrate"
    return "" if identity else missing


def reason_made_anew(read_model: type[ReadModel], state: ReadModelState) -> str:
    """That the table is gone, or not the one that was filled, in one line; empty if it is."""
    name, identity = name_of(read_model), identity_of(read_model)
    if state.table_id in ("", identity):
        return reason_not_there(read_model, identity)
    return reason_not_there(read_model, identity) or (
        f"{name}: its table was made anew since it was filled. Run: manage.py cqrs_backfill {name}"
    )
