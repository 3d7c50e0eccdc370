"""A route: how the keys of one stream of the change log become source keys."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.fan_out.dependencies import Dependency, dependencies
from cqrs_read.fan_out.expand import expansion


@dataclass(frozen=True, kw_only=True)
class Route:
    """The way from ``stream`` to source keys, along ``dependency``; None where the keys are source keys already.

    ``name`` is what a backlog remembers it by: empty where there is no way to go.
    """

    name: str
    stream: str
    dependency: Dependency | None


@cache
def routes(read_model: type[ReadModel]) -> tuple[Route, ...]:
    """Every route to ``read_model``, the direct ones first; one stream may have several."""
    direct: dict[str, Route] = {}
    others: dict[str, Route] = {}
    for dependency in dependencies(read_model):
        stream = dependency.stream
        if expansion(read_model, dependency) is None:
            direct.setdefault(stream, Route(name="", stream=stream, dependency=None))
        else:
            name = _name(dependency)
            others.setdefault(name, Route(name=name, stream=stream, dependency=dependency))
    return (*direct.values(), *others.values())


def route_named(read_model: type[ReadModel], name: str) -> Route | None:
    """The route of that name; None if the declaration has none, as after a change of it."""
    return _by_name(routes(read_model)).get(name)


def _by_name(known: Iterable[Route]) -> dict[str, Route]:
    return {route.name: route for route in known}


def _name(dependency: Dependency) -> str:
    path = "/".join(f"{hop.lhs}={hop.table}.{hop.rhs}" for hop in dependency.path)
    return f"{dependency.stream} by {path}"
