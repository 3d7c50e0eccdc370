"""Read models as followers of the change log: what each has not consumed is kept for it."""

from collections.abc import Iterator
from functools import partial

from django.db import InterfaceError, OperationalError

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of, read_models
from cqrs_read.declaration.refused import without_refused
from cqrs_read.models import ReadModelState
from cqrs_read.standing.state import state_of
from cqrs_read.standing.version import followed
from cqrs_write.follower import Follower

GIVEN_UP = -1
"""A count of lost changes that no change log has: the next refresh repairs every row."""


def followers(using: str) -> Iterator[Follower]:
    """The read models with sources on the alias ``using`` that have a position, wherever it is kept."""
    for read_model in followed(without_refused(read_models())):
        if projection_of(read_model).using == using and (follower := _follower(read_model)):
            yield follower


def _follower(read_model: type[ReadModel]) -> Follower | None:
    name, give_up = name_of(read_model), partial(_give_up, read_model)
    try:
        state = state_of(read_model)
    except (OperationalError, InterfaceError):
        return Follower(name=name, position=None, origin="", give_up=give_up)
    if not state.position:
        return None
    return Follower(name=name, position=state.position, origin=state.origin, give_up=give_up)


def _give_up(read_model: type[ReadModel], reason: str) -> None:
    """Stop serving it; its next refresh begins a repair, after which it is served again."""
    states = ReadModelState.objects.using(projection_of(read_model).target)
    states.filter(name=name_of(read_model)).update(ready_at=None, lost=GIVEN_UP)
