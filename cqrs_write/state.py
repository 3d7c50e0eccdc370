"""The states of an accepted command: a table of edges, each with its reason."""

from django.db.models import TextChoices


class State(TextChoices):
    """Where an accepted command stands."""

    ACCEPTED = "accepted"
    RETRYING = "retrying"
    DONE = "done"
    DEAD = "dead"
    DISCARDED = "discarded"


PENDING = (State.ACCEPTED, State.RETRYING)
"""States in which a worker may execute a command."""

EDGES: dict[tuple[State, State], str] = {
    (State.ACCEPTED, State.DONE): "The handler returned; its effect and this state committed together.",
    (State.ACCEPTED, State.RETRYING): "The first attempt failed, in a way that is declared to pass.",
    (State.ACCEPTED, State.DEAD): "The first attempt failed in a way that repeating cannot mend.",
    (State.RETRYING, State.DONE): "A later attempt succeeded.",
    (State.RETRYING, State.RETRYING): "A later attempt failed too, and attempts are left.",
    (State.RETRYING, State.DEAD): "No attempts are left, or it failed in a way that repeating cannot mend.",
    (State.DEAD, State.ACCEPTED): "A person removed the cause and asked for a retry, with all its attempts.",
    (State.DEAD, State.DISCARDED): "A person decided that the command shall never take effect.",
}


def origins(target: State) -> list[State]:
    """The states from which a command may go to ``target``."""
    return [origin for origin, goal in EDGES if goal == target]
