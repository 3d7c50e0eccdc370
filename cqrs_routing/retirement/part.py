"""A part of the monolith that an endpoint's legacy views are made of."""

from __future__ import annotations

from dataclasses import dataclass

from cqrs_routing.retirement.origin import Definition, file_of, line_of, path_of
from cqrs_routing.retirement.project import shown
from cqrs_routing.retirement.use import Use


@dataclass(frozen=True, kw_only=True)
class Part:
    """A view, a handler of one, or a class that either uses.

    Attributes:
        kind: ``view``, ``action``, ``method``, ``serializer`` …, see :mod:`cqrs_routing.retirement.kind`.
        path: dotted.
        where: its file and line; empty where they cannot be told.
        note: what to know before it is deleted.
        needed_for: routes that legacy answers with it, and why.
        used_by: where else the project uses it; what goes along is not counted.
        tested_by: where tests use it.
    """

    kind: str
    path: str
    where: str
    note: str = ""
    needed_for: tuple[str, ...] = ()
    used_by: tuple[Use, ...] = ()
    tested_by: tuple[Use, ...] = ()

    @property
    def goes(self) -> bool:
        return not self.needed_for and not self.used_by


def where(definition: Definition) -> str:
    return shown(file_of(definition), line_of(definition))


def view_part(definition: Definition, needed_for: tuple[str, ...]) -> Part:
    return Part(kind="view", path=path_of(definition), where=where(definition), needed_for=needed_for)


def handler_part(view_class: type, name: str, *, kind: str, needed_for: tuple[str, ...]) -> Part:
    """The method ``name``, which the class has itself or inherits."""
    written = vars(view_class).get(name)
    return Part(
        kind=kind,
        path=f"{path_of(view_class)}.{name}",
        where=where(written if written is not None else view_class),
        note="" if written is not None else inheritance(view_class, name),
        needed_for=needed_for,
    )


def inheritance(view_class: type, name: str) -> str:
    base = next((base for base in view_class.__bases__ if hasattr(base, name)), view_class)
    return f"inherited from {path_of(base)}: leave it out of the bases, or name smaller ones instead"
