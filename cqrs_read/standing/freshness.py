"""Freshness of a read model: whether its rows contain every change that a token covers. Exact, whatever the time.

A position that has seen the token's number is enough. One that has not is as good if nothing on the read model's
streams lies between, which the change log tells.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.declaration.table import table_name
from cqrs_read.fan_out.dependencies import dependencies, streams
from cqrs_read.fan_out.upstream import upstream_of
from cqrs_read.standing.glance import Glance, glance_at
from cqrs_write import freshness
from cqrs_write.freshness import Reader, Token, Unread


@dataclass(kw_only=True)
class Demand:
    """What rows are to contain: the changes that ``token`` covers.

    Where the token does not know the database, that is everything there was at the first look, so that no later
    change is waited for. ``everything`` has that moment's number by alias, and ``upstream`` by read model that of
    the moment when all that it is computed from was fresh.
    """

    token: Token
    everything: dict[str, int] = field(default_factory=dict)
    upstream: dict[type[ReadModel], int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Lacking:
    """A read model whose rows lack something. ``passing`` says that the next refresh brings it."""

    name: str
    position: str
    reason: str
    passing: bool = False


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look has found. ``foreign`` says that the token does not know a database of the read models."""

    lacking: tuple[Lacking, ...] = ()
    foreign: bool = False

    @property
    def reason(self) -> str:
        """In one line; empty if all are fresh."""
        return next((f"{one.name} {one.reason}" for one in self.lacking), "")

    @property
    def is_passing(self) -> bool:
        return all(one.passing for one in self.lacking)


_verified: dict[type[ReadModel], tuple[str, str, str]] = {}
"""By read model a position, its origin, and a later position between which and that there was nothing for it."""


def reason_not_fresh(read_model: type[ReadModel], token: Token) -> str:
    """What the rows of ``read_model`` lack of the changes that ``token`` covers, in one line; empty if nothing."""
    return look([read_model], Demand(token=token)).reason


def look(read_models: Iterable[type[ReadModel]], demand: Demand) -> Look:
    """Whether all of ``read_models`` meet ``demand``: one round trip where their positions have seen enough, else two.

    All positions are read before any change log is looked at: so what a fresh read model has changed is in the log
    by which those that are computed from it are judged.

    Raises:
        ProjectionError: if a declaration cannot be kept true.
        DatabaseError: if a database does not answer.
    """
    seen = glance_at(with_upstream(read_models))
    lacking = {
        model: _lacking(model, one, why) for model, one in seen.items() if (why := one.reason_unfit(model))
    }
    if lacking:
        return Look(lacking=tuple(lacking.values()))
    logs, foreign = dict[str, Unread](), False
    for using, models in _by_source(seen, demand.token).items():
        unread = logs[using] = freshness.unread(
            using, [_reader(model, seen[model], demand) for model in models]
        )
        for place, model in enumerate(models):
            foreign |= _is_foreign(using, seen[model], unread, demand.token)
            if one := _behind(model, seen[model], unread, place):
                lacking[model] = one
            else:
                _remember(model, seen[model], unread, demand)
    _settle(demand, seen, lacking, logs)
    return Look(lacking=tuple(lacking.values()), foreign=foreign)


def with_upstream(read_models: Iterable[type[ReadModel]]) -> list[type[ReadModel]]:
    """``read_models``, and all that they are computed from."""
    found: dict[type[ReadModel], None] = {}
    waiting = list(read_models)
    while waiting:
        if (read_model := waiting.pop()) not in found:
            found[read_model] = None
            waiting += upstream_of(read_model)
    return list(found)


def _by_source(seen: Mapping[type[ReadModel], Glance], token: Token) -> dict[str, list[type[ReadModel]]]:
    """By the alias of their sources those of which the position alone does not tell that they are fresh."""
    found: dict[str, list[type[ReadModel]]] = {}
    for read_model, one in seen.items():
        if not _has_seen_enough(read_model, one, token):
            found.setdefault(projection_of(read_model).using, []).append(read_model)
    return found


def _has_seen_enough(read_model: type[ReadModel], one: Glance, token: Token) -> bool:
    """Whether the position alone tells that ``read_model`` is fresh.

    It cannot where other read models are followed: their rows change after what the token covers. Nothing was lost
    below a position: refresh looks at that whenever it moves one.
    """
    using = projection_of(read_model).using
    number = token.number(using, one.origin)
    if number is None or upstream_of(read_model):
        return False
    return freshness.has_seen(using, _position(read_model, one), number)


def _position(read_model: type[ReadModel], one: Glance) -> str:
    """As far as ``read_model`` is known to have come: what is looked through once is not looked through again."""
    position, origin, later = _verified.get(read_model, ("", "", ""))
    return later if (position, origin) == (one.position, one.origin) else one.position


def _reader(read_model: type[ReadModel], one: Glance, demand: Demand) -> Reader:
    using = projection_of(read_model).using
    number = demand.token.number(using, one.origin)
    if number is None:
        number = demand.everything.get(using)
    bounds = _streams(read_model, number, demand.upstream.get(read_model))
    return Reader(position=_position(read_model, one), streams=tuple(bounds))


def _streams(
    read_model: type[ReadModel], number: int | None, upstream_number: int | None
) -> Iterator[tuple[tuple[str, ...], int | None]]:
    """The streams with the number below which they are to be read: those of other read models apart."""
    tables = {table_name(other) for other in upstream_of(read_model)}
    derived = {one.stream for one in dependencies(read_model) if one.table in tables}
    if own := tuple(stream for stream in streams(read_model) if stream not in derived):
        yield own, number
    if derived:
        yield tuple(sorted(derived)), upstream_number


def _behind(read_model: type[ReadModel], one: Glance, unread: Unread, place: int) -> Lacking | None:
    if one.origin != unread.origin:
        return _lacking(read_model, one, "has the position of another database, and is to be repaired.")
    if one.lost != unread.lost:
        return _lacking(read_model, one, "misses a change that could not be logged, and is to be repaired.")
    if unread.trimmed[place]:
        return _lacking(read_model, one, "is behind what the change log still has, and is to be repaired.")
    if unread.unread[place]:
        return _lacking(read_model, one, "has not consumed what the freshness token covers.", passing=True)
    return None


def _lacking(read_model: type[ReadModel], one: Glance, reason: str, *, passing: bool = False) -> Lacking:
    return Lacking(name=name_of(read_model), position=one.position, reason=reason, passing=passing)


def _is_foreign(using: str, one: Glance, unread: Unread, token: Token) -> bool:
    return one.origin == unread.origin and token.number(using, unread.origin) is None


def _remember(read_model: type[ReadModel], one: Glance, unread: Unread, demand: Demand) -> None:
    """That nothing lies between the position and what has been looked at, until the position moves."""
    using = projection_of(read_model).using
    if (number := demand.token.number(using, one.origin)) is not None:
        number = min(number, demand.upstream.get(read_model, number))
        _verified[read_model] = (one.position, one.origin, freshness.bounded(using, unread.until, number))


def _settle(
    demand: Demand,
    seen: Mapping[type[ReadModel], Glance],
    lacking: Mapping[type[ReadModel], Lacking],
    logs: Mapping[str, Unread],
) -> None:
    """Have later looks ask for no more than what was there at this one."""
    for using, unread in logs.items():
        demand.everything.setdefault(using, unread.number)
    for read_model in seen:
        upstream = upstream_of(read_model)
        if upstream and not any(other in lacking for other in with_upstream(upstream)):
            demand.upstream.setdefault(read_model, logs[projection_of(read_model).using].number)
