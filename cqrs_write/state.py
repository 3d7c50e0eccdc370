"""The states of an accepted command: a table of edges, each with its reason."""

from django.db.models import TextChoices


class State(TextChoices):
    """Where an accepted command stands."""

    ACCEPTED = "accepted"
    RUNNING = "running"
    RETRYING = "retrying"
    DONE = "done"
    DEAD = "dead"
    DISCARDED = "discarded"
    CANCELLED = "cancelled"


WAITING = (State.ACCEPTED, State.RETRYING)
"""States in which a worker may take a command."""

PENDING = (*WAITING, State.RUNNING)
"""States of a command that is still to take effect."""

SETTLED = (State.DONE, State.DISCARDED, State.CANCELLED)
"""States that a command never leaves."""

_TAKEN = "A worker has marked it as the next that it executes."
_TOGETHER = "It was executed in one transaction with the running command before it in its lane."

EDGES: dict[tuple[State, State], str] = {
    (State.ACCEPTED, State.RUNNING): _TAKEN,
    (State.RETRYING, State.RUNNING): _TAKEN,
    (State.RUNNING, State.DONE): "The handler returned; its effect and this state committed together.",
    (State.ACCEPTED, State.DONE): _TOGETHER,
    (State.RETRYING, State.DONE): _TOGETHER,
    (
        State.RUNNING,
        State.RETRYING,
    ): "The attempt failed in a way that is declared to pass, and attempts are left.",
    (State.RUNNING, State.DEAD): "It failed in a way that repeating cannot mend, or no attempts are left.",
    (
        State.RUNNING,
        State.ACCEPTED,
    ): "Its worker is gone, as its lane's free lock tells, or has given it back.",
    (State.ACCEPTED, State.CANCELLED): "Somebody called it off before a worker had it.",
    (State.RETRYING, State.CANCELLED): "Somebody called it off before it was tried again.",
    (State.DEAD, State.ACCEPTED): "A person removed the cause and asked for a retry, with all its attempts.",
    (State.DEAD, State.DISCARDED): "A person decided that the command shall never take effect.",
}


def origins(target: State) -> list[State]:
    """The states from which a command may go to ``target``."""
    return [origin for origin, goal in EDGES if goal == target]
