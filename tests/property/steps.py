"""What an example may do next: one strategy with weights of its own, since Hypothesis would leave whole rules out."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from hypothesis import strategies as st

from tests.property.database import WRITERS
from tests.property.disturbances import Disturbance, disturbances
from tests.property.drawing import Draw
from tests.property.writes import Write, writes


@dataclass(frozen=True, kw_only=True)
class Writing:
    """``codes`` in a transaction of ``who``, or in a savepoint where one is open.

    ``then`` is how it ends, or that it stays open; ``guarded``: each write is in a savepoint of its own, so that a
    refusal does not end the transaction.
    """

    who: str
    codes: list[Write]
    then: str
    guarded: bool


@dataclass(frozen=True, kw_only=True)
class Ending:
    """Commit or roll back: the innermost savepoint, or the ``whole`` transaction."""

    who: str
    keep: bool
    whole: bool


@dataclass(frozen=True, kw_only=True)
class Refreshing:
    place: int
    disturbance: Disturbance | None


@dataclass(frozen=True, kw_only=True)
class Filling:
    """One chunk of a backfill; ``anew`` begins one if none runs."""

    place: int
    chunk: int
    anew: bool
    disturbance: Disturbance | None


@dataclass(frozen=True, kw_only=True)
class Looking:
    """Drain and compare, verify, or trim, between two writes."""

    what: str


KINDS = ("write",) * 6 + ("end",) * 2 + ("refresh",) * 4 + ("fill", "look")
# On SQLite an open transaction keeps everybody else from writing.
ENDINGS = {
    "postgresql": ("commit", "open", "commit", "open", "rollback", "undo"),
    "sqlite": ("commit", "open", "commit", "rollback", "commit", "undo"),
}


@st.composite
def steps(draw: Draw) -> Any:
    kind, place = draw(st.sampled_from(KINDS)), st.integers(0, 1)
    if kind == "write":
        return Writing(
            who=draw(st.sampled_from(WRITERS)),
            codes=draw(st.lists(writes(), min_size=1, max_size=4)),
            then=draw(st.sampled_from(ENDINGS[connection.vendor])),
            guarded=draw(st.sampled_from((True, False, True))),
        )
    if kind == "end":
        keep = draw(st.sampled_from((True, True, False)))
        return Ending(who=draw(st.sampled_from(WRITERS)), keep=keep, whole=draw(st.booleans()))
    if kind == "look":
        return Looking(what=draw(st.sampled_from(("drain", "verify", "trim"))))
    disturbance = draw(disturbances(connection.vendor))
    if kind == "refresh":
        return Refreshing(place=draw(place), disturbance=disturbance)
    anew = draw(st.sampled_from((False, False, True)))
    return Filling(place=draw(place), chunk=draw(st.integers(1, 3)), anew=anew, disturbance=disturbance)
