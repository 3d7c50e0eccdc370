"""What was promised to the clients who ordered, checked by its effect: the order itself."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from cqrs_write.models import LoggedCommand
from cqrs_write.state import PENDING, State
from legacy_app.demo.clients import NOTE, Placed
from legacy_app.orders.models import Order

CREATED, ACCEPTED = 201, 202


@dataclass(frozen=True, kw_only=True)
class Promises:
    """What became of the orders that clients placed.

    Attributes:
        created: answered with 201.
        accepted: answered with 202, to be placed by a worker.
        done: of the accepted ones, those whose order is there, once.
        dead: of the accepted ones, those that failed for good, with the cause in the command log.
        lost: one line for every order that is missing or there more than once.
    """

    created: int
    accepted: int
    done: int
    dead: int
    lost: tuple[str, ...]


def kept(placed: Iterable[Placed]) -> Promises:
    """Compare what clients were told with the orders that there are."""
    placed = list(placed)
    found = Counter(Order.objects.filter(note__startswith=NOTE).values_list("note", flat=True))
    dead = dead_notes()
    accepted = [item for item in placed if item.status == ACCEPTED]
    return Promises(
        created=sum(item.status == CREATED for item in placed),
        accepted=len(accepted),
        done=sum(found[item.note] == 1 for item in accepted),
        dead=sum(item.note in dead for item in accepted),
        lost=tuple(broken for item in placed if (broken := problem(item, found[item.note], dead))),
    )


def problem(item: Placed, orders: int, dead: set[str]) -> str:
    """How the promise was broken, in one line; empty if it was not.

    A client that got no answer, or an error, may have placed its order, but never twice.
    """
    if item.status == ACCEPTED and item.note in dead:
        expected = {0}
    else:
        expected = {1} if item.status in (CREATED, ACCEPTED) else {0, 1}
    if orders in expected:
        return ""
    return f"{item.note!r} was answered with {item.status}, and there are {orders} orders"


def dead_notes() -> set[str]:
    """The notes of the orders whose command is dead and says why."""
    dead = LoggedCommand.objects.filter(state=State.DEAD).exclude(error="")
    return {payload.get("note", "") for payload in dead.values_list("payload", flat=True)}


def unfinished() -> int:
    """Commands that a worker still has before it."""
    return LoggedCommand.objects.filter(state__in=PENDING).count()
