"""Image triggers on SQLite: there are none, since a rehearsal needs PostgreSQL."""

from collections.abc import Sequence
from typing import Any, NoReturn

from cqrs_write.exceptions import UnsupportedDatabase


def states(cursor: Any, tables: Sequence[str]) -> NoReturn:
    _refuse(cursor)


def carrying(cursor: Any) -> NoReturn:
    _refuse(cursor)


def _refuse(cursor: Any) -> NoReturn:
    raise UnsupportedDatabase(
        f"The database '{cursor.db.alias}' is SQLite: writes are rehearsed on PostgreSQL only. "
        "Leave tables= out of the endpoint's declaration."
    )
