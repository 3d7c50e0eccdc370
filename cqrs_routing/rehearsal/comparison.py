"""The comparison of two recordings: whether the handler wrote what the legacy view wrote."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from cqrs_routing.rehearsal.alignment.clocks import Clocks
from cqrs_routing.rehearsal.alignment.key_map import KeyMap
from cqrs_routing.rehearsal.alignment.pairing import pair_rows, unpaired
from cqrs_routing.rehearsal.alignment.sameness import Sameness
from cqrs_routing.rehearsal.alignment.side import Side
from cqrs_routing.rehearsal.changes import Change, Changes, Identity
from cqrs_routing.rehearsal.finding import NO_IMAGES, Finding
from cqrs_routing.rehearsal.ignored import without
from cqrs_routing.rehearsal.image import Row
from cqrs_routing.rehearsal.recording import Recording
from cqrs_routing.rehearsal.shape import Shape
from cqrs_routing.rehearsal.verdict import Verdict


def compare(
    handler: Recording,
    legacy: Recording,
    *,
    ignore: Collection[str] = (),
    interference: Callable[[], str] = lambda: "",
) -> Verdict:
    """The verdict on what ``handler`` and ``legacy`` have recorded of the same request.

    Args:
        ignore: patterns of columns that are not compared: ``orders_order.token``, ``*.updated_at``.
        interference: asked only where something differs: how another writer may have caused it, so that the legacy
            view saw something else; empty if none did.
    """
    if reason := incompleteness(handler, legacy):
        return Verdict(outcome="inconclusive", reason=reason)
    blind = tuple(
        Finding(table=table, problem=NO_IMAGES) for table in sorted(handler.unwatched | legacy.unwatched)
    )
    found = tuple(differences(without(handler, ignore), without(legacy, ignore)))
    if reason := disturbance(handler, legacy, found) or (interference() if found else ""):
        return Verdict(outcome="inconclusive", findings=(*blind, *found), reason=reason)
    findings = (*blind, *found)
    return Verdict(outcome="different" if findings else "same", findings=findings)


def incompleteness(handler: Recording, legacy: Recording) -> str:
    """What is missing of either side; empty if nothing is."""
    for name, recording in (("handler", handler), ("legacy view", legacy)):
        if recording.incomplete:
            return f"The recording of the {name} is incomplete. {' '.join(recording.incomplete)}"
    return ""


def disturbance(handler: Recording, legacy: Recording, found: Collection[Finding]) -> str:
    """Whose rows tell by themselves that another writer came by; empty if none do."""
    for identity, change in handler.changes.items():
        other = legacy.changes.get(identity)
        if other and change.old != other.old:
            return f"Another writer changed a row of {identity[0]} between the two runs."
    if found and (disturbed := handler.disturbed | legacy.disturbed):
        return f"Another writer changed a row of {min(disturbed, key=repr)[0]} before it was read again."
    return ""


def differences(handler: Recording, legacy: Recording) -> Iterator[Finding]:
    shapes, same = {**handler.shapes, **legacy.shapes}, sameness(handler, legacy)
    yield from truncations(handler, legacy)
    yield from of_inserted_rows(same, shapes)
    yield from of_known_rows(same, handler.changes, legacy.changes, shapes)


def sameness(handler: Recording, legacy: Recording) -> Sameness:
    """What on either side stands for what on the other: inserted rows are paired, and with them their keys."""
    shapes = {**handler.shapes, **legacy.shapes}
    keys = KeyMap(Side(handler.changes, shapes, handler.run), Side(legacy.changes, shapes, legacy.run))
    same = Sameness(keys, Clocks(handler=handler.run, legacy=legacy.run))
    pair_rows(same)
    return same


def truncations(handler: Recording, legacy: Recording) -> Iterator[Finding]:
    for table in sorted(handler.truncated ^ legacy.truncated):
        problem = "truncate extra" if table in handler.truncated else "truncate missing"
        yield Finding(table=table, problem=problem)


def of_inserted_rows(same: Sameness, shapes: Mapping[str, Shape]) -> Iterator[Finding]:
    keys = same.keys
    for one, other in keys.pairs.items():
        change = Change(old=None, new=keys.handler.rows[one])
        yield from wrong_values(same, shapes, other, change, keys.legacy.rows[other])
    ours, theirs = unpaired(keys)
    for table, key in theirs:
        yield Finding(table=table, problem="row missing", key=key, legacy=keys.legacy.rows[table, key])
    for table, key in ours:
        yield Finding(table=table, problem="row extra", key=key, handler=keys.handler.rows[table, key])


def of_known_rows(
    same: Sameness, handler: Changes, legacy: Changes, shapes: Mapping[str, Shape]
) -> Iterator[Finding]:
    """Of rows that were there before: one key means one row on both sides."""
    for identity in dict.fromkeys([*legacy, *handler]):
        one, other = handler.get(identity), legacy.get(identity)
        old = (other or one or Change(old=None, new=None)).old
        if old is None:
            continue
        if one and other and one.new is not None and other.new is not None:
            yield from wrong_values(same, shapes, identity, one, other.new)
        elif problem := one_sided(one, other):
            yield Finding(
                table=identity[0],
                problem=problem,
                key=identity[1],
                old=old,
                handler=one.new if one else old,
                legacy=other.new if other else old,
            )


def one_sided(handler: Change | None, legacy: Change | None) -> str:
    """What only one side did to a row; empty if both deleted it."""
    if handler and legacy:
        if handler.new is None:
            return "" if legacy.new is None else "delete extra"
        return "delete missing"
    change, side = (handler, "extra") if handler else (legacy, "missing")
    return f"{'delete' if change is None or change.new is None else 'update'} {side}"


def wrong_values(
    same: Sameness, shapes: Mapping[str, Shape], identity: Identity, handler: Change, legacy: Row
) -> Iterator[Finding]:
    table, key = identity
    new: Row = handler.new or {}
    differing = same.differing(shapes[table], new, legacy, inserted=handler.old is None)
    for column in dict.fromkeys([*differing, *left_by_one(handler.old or {}, new, legacy)]):
        yield Finding(
            table=table,
            problem="wrong value",
            column=column,
            key=key,
            old=(handler.old or {}).get(column),
            handler=new.get(column),
            legacy=legacy[column],
        )


def left_by_one(old: Row, handler: Row, legacy: Row) -> Iterator[str]:
    """Columns that one side has left as they were, and the other has not: the old time may be a few seconds old."""
    for column in old.keys() & legacy.keys():
        if (handler.get(column) == old[column]) != (legacy[column] == old[column]):
            yield column
