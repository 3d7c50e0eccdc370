"""Catching up in the transaction that is going to see it: what a refresh would do now, without its traces."""

from django.db import connections

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.exceptions import NotCaughtUp
from cqrs_read.fan_out.dependencies import streams
from cqrs_read.fan_out.route import route_named
from cqrs_read.fan_out.upstream import upstream_of
from cqrs_read.models import Backlog
from cqrs_read.moment.behind import behind, refuse_everything, too_far
from cqrs_read.refresh import backlog
from cqrs_read.refresh.touched import touched_by
from cqrs_read.store.rows import recompute
from cqrs_write.backends import load
from cqrs_write.changelog import Window


def catch_up(read_model: type[ReadModel], limit: int) -> None:
    """Compute the rows of ``read_model`` that this transaction sees changed, and has changed itself.

    Call it under the refresh lock, for the read models that others are computed from first.

    Args:
        limit: keys, of changes and of rows.

    Raises:
        NotCaughtUp: if that cannot be done here.
    """
    missing, keys = behind(read_model, limit), set[str]()
    for window in (missing.window, _own(read_model)):
        touched = touched_by(read_model, window, limit)
        if touched.beyond:
            raise too_far(read_model, limit)
        keys |= touched.keys
    for row in missing.backlog:
        keys |= _keys_of(read_model, row, limit)
    if len(keys) > limit:
        raise too_far(read_model, limit)
    if keys:
        recompute(read_model, sorted(keys))


def _own(read_model: type[ReadModel]) -> Window:
    """What this transaction has logged itself, by catching up what ``read_model`` is computed from.

    The window leaves it out: it would have no place in the change log before it commits.
    """
    using, keys, everything = projection_of(read_model).using, dict[str, frozenset[str]](), set[str]()
    if upstream_of(read_model):
        with connections[using].cursor() as cursor:
            logged = load("cqrs_read", "moment", using).own_changes(cursor, streams(read_model))
        everything = {stream for stream, found in logged if found is None}
        for stream, found in logged:
            keys[stream] = keys.get(stream, frozenset()).union(found or ())
    window = Window(until="", keys=keys, everything=frozenset(everything))
    refuse_everything(read_model, window)
    return window


def _keys_of(read_model: type[ReadModel], row: Backlog, limit: int) -> set[str]:
    route = route_named(read_model, row.dependency)
    if route is None:
        raise NotCaughtUp(
            f"{name_of(read_model)} is to be computed anew: nothing leads from {row.dependency}."
        )
    page = backlog.page(read_model, route, row, limit + 1)
    if not page.last:
        raise too_far(read_model, limit)
    return set(page.keys)
