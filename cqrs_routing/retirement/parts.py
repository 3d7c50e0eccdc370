"""Which parts of the legacy views go, and what holds the others.

A part goes if everything that uses it goes too. What uses it is looked for as :mod:`cqrs_routing.retirement.use`
does; so not in strings other than dotted paths, not by ``getattr`` with a name that is computed, not in templates, and
not in files outside of the apps' folders that no module was loaded from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from cqrs_routing.declaration.endpoint import Route
from cqrs_routing.retirement.attributes import attribute_classes
from cqrs_routing.retirement.handlers import FUNCTION, initial_arguments
from cqrs_routing.retirement.kind import classes_in, kind_of
from cqrs_routing.retirement.legacy import LegacyView
from cqrs_routing.retirement.origin import file_of, path_of
from cqrs_routing.retirement.part import Part, handler_part, view_part, where
from cqrs_routing.retirement.project import is_own
from cqrs_routing.retirement.use import Use, Uses, is_within


def parts_of(views: Iterable[LegacyView], route: Route, uses: Uses) -> list[Part]:
    """Every part of ``views`` that ``route`` is answered with, the views and handlers first."""
    found: dict[str, Part] = {}
    urlconfs: dict[str, set[str]] = {}
    for view in views:
        urlconfs[view.path] = {pattern.urlconf for pattern in view.patterns}
        for part in [*roots(view, route), *used_parts(view, route, uses)]:
            found.setdefault(part.path, part)
    return settled(list(found.values()), uses, urlconfs)


def roots(view: LegacyView, route: Route) -> Iterator[Part]:
    """The view; and where others of its routes need it, the handler, which can go by itself."""
    handler = view.handler(route)
    if not view.is_own or handler is None:
        return
    yield view_part(view.definition, view.needed_for)
    if view.needed_for and handler and isinstance(view.definition, type):
        kind = "method" if handler == route.method.lower() else "action"
        needed_for = view.handler_needed_for(handler)
        yield handler_part(view.definition, handler, kind=kind, needed_for=needed_for)


def used_parts(view: LegacyView, route: Route, uses: Uses) -> Iterator[Part]:
    """The project's own classes that are used for ``route``, and those that these use in turn."""
    waiting, seen = list(used_at_first(view, route, uses)), {view.path}
    while waiting:
        path = waiting.pop(0)
        definition = uses.definitions.get(path)
        if path in seen or definition is None or not is_own(file_of(definition)):
            continue
        seen.add(path)
        if kind := kind_of(definition):
            yield Part(kind=kind, path=path, where=where(definition))
            waiting += uses.within(path)


def used_at_first(view: LegacyView, route: Route, uses: Uses) -> Iterator[str]:
    handler, whole = view.handler(route), not view.needed_for
    initial = [
        initial_arguments(one.callback) for one in view.patterns if whole or is_of(one.view_name, route)
    ]
    yield from map(path_of, classes_in([list(given.values()) for given in initial]))
    if handler is None:
        return
    if whole or handler == FUNCTION or not isinstance(view.definition, type):
        yield from uses.within(view.path)
        return
    yield from uses.within(f"{view.path}.{handler}")
    given = initial[0] if initial else {}
    yield from map(path_of, attribute_classes(view.definition, route.method, handler, given))


def is_of(view_name: str, route: Route) -> bool:
    return view_name == route.view_name


def settled(parts: list[Part], uses: Uses, urlconfs: dict[str, set[str]]) -> list[Part]:
    """``parts`` with what holds them. All are taken to go; whatever is used by something else does not, until no
    more is found.
    """
    known = {part.path: uses_of(part, uses, urlconfs.get(part.path, set())) for part in parts}
    going = {part.path for part in parts if not part.needed_for}
    while held := {path for path in going if list(holding(path, known[path], going))}:
        going -= held
    return [
        replace(
            part,
            used_by=tuple(holding(part.path, known[part.path], going)),
            tested_by=tuple(use for use in known[part.path] if use.in_tests),
        )
        for part in parts
    ]


def uses_of(part: Part, uses: Uses, urlconfs: Collection[str]) -> list[Use]:
    """Those of a view's URL patterns left out: whether they are needed is known from its routes."""
    if part.kind not in ("action", "method"):
        found = uses.of(part.path)
        return [use for use in found if not (use.at_module_level and use.module in urlconfs)]
    view, _, name = part.path.rpartition(".")
    calls = [use for use in uses.calls(view, name) if not is_within(use.user, part.path)]
    return [*calls, *uses.subclasses(view)]


def holding(path: str, known: Iterable[Use], going: Collection[str]) -> Iterator[Use]:
    for use in known:
        if not use.in_tests and not any(is_within(use.user, gone) for gone in (*going, path)):
            yield use
