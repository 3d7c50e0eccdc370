"""What Django runs past execute wrappers: ``copy()`` and ``callproc()`` of a cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

Around = Callable[[Any], AbstractContextManager[None]]
"""Puts a context around the execution of SQL."""

METHOD = "_prepare_cursor"
"""The method of Django's connection that every cursor it hands out comes from."""


@contextmanager
def no_bypass(connection: BaseDatabaseWrapper, around: Around) -> Iterator[None]:
    """For the block, cursors of ``connection`` call ``around`` there too."""
    prepare, replaced = getattr(connection, METHOD), vars(connection).get(METHOD)

    def prepare_watched(cursor: Any) -> Any:
        return watched(prepare(cursor), around)

    setattr(connection, METHOD, prepare_watched)
    try:
        yield
    finally:
        if replaced is None:
            delattr(connection, METHOD)
        else:
            setattr(connection, METHOD, replaced)


def watched(cursor: Any, around: Around) -> Any:
    copy, callproc = cursor.copy, cursor.callproc

    @contextmanager
    def watched_copy(statement: Any, *args: Any, **options: Any) -> Iterator[Any]:
        with around(statement), copy(statement, *args, **options) as copying:
            yield copying

    def watched_callproc(name: str, *args: Any, **options: Any) -> Any:
        with around("SELECT"):
            return callproc(name, *args, **options)

    cursor.copy, cursor.callproc = watched_copy, watched_callproc
    return cursor
