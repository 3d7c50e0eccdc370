"""Freshness on PostgreSQL: the number of a token is one above every transaction that it covers.

What is committed by now lies below the snapshot's xmax. The open transaction's own id may lie above it, and is not in
its own snapshot.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from cqrs_write.backends.postgresql.changelog import LOST, ORIGIN

MARK = f"""
SELECT {ORIGIN}, pg_current_snapshot()::text, pg_current_xact_id_if_assigned()::text WHERE NOT pg_is_in_recovery()
"""

# Trimmed positions are compared in Python: the database takes longer to plan that than all the rest.
UNREAD = f"""
SELECT {ORIGIN}, {LOST}, pg_current_snapshot()::text, pg_current_xact_id_if_assigned()::text,
       ARRAY(SELECT origin || ' ' || behind FROM cqrs_change_log_trimmed), ARRAY[{{unread}}]
"""

# With constants, and a range apart from what was in progress: so that the index serves, whatever the statistics say.
BEYOND = "EXISTS (SELECT FROM cqrs_change_log l WHERE l.xid >= %s::xid8{below} AND l.stream = ANY (%s))"
IN_PROGRESS = "EXISTS (SELECT FROM cqrs_change_log l WHERE l.xid = ANY (%s::xid8[]) AND l.stream = ANY (%s))"


class Snapshot(NamedTuple):
    """A ``pg_snapshot``: what is below ``xmax`` is visible in it, except what was in progress."""

    xmax: int
    in_progress: tuple[int, ...]


def mark(cursor: Any) -> tuple[str, int] | None:
    """The origin, and the number of now; None on a standby."""
    cursor.execute(MARK)
    row = cursor.fetchone()
    return row and (str(row[0]), _number(row[1], row[2]))


def has_seen(position: str, number: int) -> bool:
    was = snapshot(position)
    return was.xmax >= number and all(xid >= number for xid in was.in_progress)


def bounded(position: str, number: int) -> str:
    was = snapshot(position)
    in_progress = [xid for xid in was.in_progress if xid < number]
    xmax = min(was.xmax, number)
    return f"{min([xmax, *in_progress])}:{xmax}:{','.join(map(str, in_progress))}"


def unread(cursor: Any, readers: Sequence[Any]) -> tuple[str, int, int, str, list[bool], list[bool]]:
    """Origin, lost changes, number and position of now; of each reader whether it has something to read, or had."""
    unread, params = [], list[Any]()
    for reader in readers:
        parts = list(_parts(snapshot(reader.position), reader.streams))
        unread.append(" OR ".join(sql for sql, _ in parts))
        params += [value for _, values in parts for value in values]
    cursor.execute(UNREAD.format(unread=", ".join(unread)), params)
    origin, lost, until, own, trimmed, found = cursor.fetchone()
    behind = dict(text.split(" ") for text in trimmed).get(origin)
    gone = [behind is not None and not _covers(reader.position, behind) for reader in readers]
    return str(origin), int(lost), _number(until, own), until, found, gone


def snapshot(position: str) -> Snapshot:
    _, xmax, in_progress = position.split(":")
    return Snapshot(int(xmax), tuple(map(int, in_progress.split(","))) if in_progress else ())


def _parts(
    was: Snapshot, streams: Sequence[tuple[Sequence[str], int | None]]
) -> Iterator[tuple[str, list[Any]]]:
    for names, number in streams:
        if number is None or was.xmax < number:
            below = "" if number is None else " AND l.xid < %s::xid8"
            bounds = [str(was.xmax)] if number is None else [str(was.xmax), str(number)]
            yield BEYOND.format(below=below), [*bounds, list(names)]
        if in_progress := [str(xid) for xid in was.in_progress if number is None or xid < number]:
            yield IN_PROGRESS, [in_progress, list(names)]
    yield "false", []


def _covers(position: str, other: str) -> bool:
    """Whether the position has seen all that ``other`` has."""
    was, other_was = snapshot(position), snapshot(other)
    return was.xmax >= other_was.xmax and all(
        xid >= other_was.xmax or xid in other_was.in_progress for xid in was.in_progress
    )


def _number(until: str, own: str | None) -> int:
    xmax = snapshot(until).xmax
    return max(xmax, int(own) + 1) if own else xmax
