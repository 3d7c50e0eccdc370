"""The end of a recording: which transactions count, what is left of their rows, which tables gave no images."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from cqrs_routing.rehearsal.changes import histories
from cqrs_routing.rehearsal.image import Image, Row, image, parse
from cqrs_routing.rehearsal.journal import Journal
from cqrs_routing.rehearsal.plumbing import is_uncompared
from cqrs_routing.rehearsal.recording import Recording
from cqrs_routing.rehearsal.run import Run
from cqrs_routing.rehearsal.shape import Shape
from cqrs_routing.rehearsal.sources import named
from cqrs_routing.rehearsal.survival import Survival, survival
from cqrs_routing.rehearsal.transaction import Transaction
from cqrs_write.backends import load

NUMBERS = 2**32
"""What transactions' numbers are counted modulo, in most of what the database says of them."""


def ended(journal: Journal, connection: BaseDatabaseWrapper, run: Run, *, failed: bool) -> Recording:
    """The recording of what ``journal`` has; ``failed`` if an exception will roll back what is still open."""
    backend = load("cqrs_routing", "images", journal.alias)
    raw: Any = connection.connection
    status = backend.status(raw) if raw is not None else backend.IDLE
    still_open = journal.current if status == backend.IN_TRANSACTION else None
    if not journal.written and not any(one.images for one in journal.transactions):
        recording = of_nothing(journal, run)
    elif status == backend.BROKEN:
        recording = of_a_broken_transaction(journal, run)
    else:
        recording = of_what_stands(journal, connection, run, None if failed else still_open)
    if still_open and still_open.armed:
        backend.disarm(raw)
    return recording


def of_what_stands(
    journal: Journal, connection: BaseDatabaseWrapper, run: Run, still_open: Transaction | None
) -> Recording:
    connection.ensure_connection()
    raw: Any = connection.connection
    # In a transaction of its own, or a subtransaction: what fails here must not fail anybody else.
    with raw.transaction():
        return read(journal, connection, run, [image(text) for text in texts(journal, raw, still_open)])


def of_a_broken_transaction(journal: Journal, run: Run) -> Recording:
    """Nothing of it is left; but neither can the database be asked what became of those before it."""
    if any(transaction.images for transaction in journal.transactions if transaction is not journal.current):
        journal.spoil("It ended in a broken transaction, after others.")
    return of_nothing(journal, run)


def of_nothing(journal: Journal, run: Run) -> Recording:
    """It has left nothing, but has read what it has read."""
    return Recording(
        run=run,
        numbers=numbers(journal),
        used=frozenset(journal.used),
        incomplete=tuple(journal.incomplete),
    )


def texts(journal: Journal, raw: Any, still_open: Transaction | None) -> list[str]:
    """The images of transactions that have committed, or stand in the one that is ``still_open``."""
    ended = [one for one in journal.transactions if one.images and one is not still_open]
    committed: set[str | None] = set()
    if ended:
        backend = load("cqrs_routing", "images", journal.alias)
        committed = backend.committed(raw, [one.number for one in ended])
    standing = [one for one in journal.transactions if one is still_open or one.number in committed]
    return [text for one in standing for text in one.images]


def read(journal: Journal, connection: BaseDatabaseWrapper, run: Run, images: list[Image]) -> Recording:
    tables = {image.table for image in images}
    shapes = shapes_of(journal, connection.connection, tables) if tables else {}
    legible = [image for image in images if is_legible(journal, image, shapes)]
    left = surviving(journal, connection.connection, legible, shapes)
    return Recording(
        run=run,
        changes=left.changes,
        shapes=shapes,
        numbers=numbers(journal),
        used=frozenset(journal.used | {named(table) for table in tables}),
        truncated=frozenset(image.table for image in legible if image.operation == "TRUNCATE"),
        unwatched=unwatched(journal, connection, tables),
        undone=left.undone,
        disturbed=left.disturbed,
        incomplete=tuple(journal.incomplete),
    )


def shapes_of(journal: Journal, raw: Any, tables: set[str]) -> dict[str, Shape]:
    found = load("cqrs_routing", "images", journal.alias).shapes(raw, tables)
    return {
        table: Shape(
            key=tuple(key),
            generated=frozenset(generated),
            virtual=frozenset(virtual),
            references={column: (to, referred) for column, (to, referred) in references.items()},
        )
        for table, (key, generated, virtual, references) in found.items()
    }


def is_legible(journal: Journal, image: Image, shapes: dict[str, Shape]) -> bool:
    if image.failure:
        journal.spoil(f"A row of {image.table} could not be reported: {image.failure}")
    elif image.table not in shapes:
        journal.spoil(f"The table {image.table} is gone.")
    elif not shapes[image.table].key:
        journal.spoil(f"The table {image.table} has no primary key to tell its rows by.")
    else:
        return True
    return False


def surviving(journal: Journal, raw: Any, images: list[Image], shapes: dict[str, Shape]) -> Survival:
    backend = load("cqrs_routing", "images", journal.alias)

    def stored(table: str, shape: Shape, rows: list[Row]) -> list[Row]:
        keys = [{column: row[column] for column in shape.key} for row in rows]
        return [parse(text) for text in backend.rows(raw, table, shape.key, keys)]

    return survival(histories(images, shapes), shapes, stored)


def unwatched(journal: Journal, connection: BaseDatabaseWrapper, tables: set[str]) -> frozenset[str]:
    """Tables that are written to, by the statements' texts, and have no image triggers."""
    heard = {named(table) for table in tables}
    unheard = [table for table in journal.written - heard if not is_uncompared(table)]
    if not unheard:
        return frozenset()
    with connection.cursor() as cursor:
        states = load("cqrs_write", "images", journal.alias).states(cursor, unheard)
    return frozenset(table for table, state in states.items() if state == "missing")


def numbers(journal: Journal) -> frozenset[int]:
    """Of all transactions and subtransactions that are known to be its own, modulo 2³²."""
    known = {int(one.number) % NUMBERS for one in journal.transactions if one.number}
    return frozenset(known | journal.numbers)
