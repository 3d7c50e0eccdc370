"""A use: a place in the project that names a class or a function."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from cqrs_routing.retirement.mentions import Mention
from cqrs_routing.retirement.origin import Definition, file_of, line_of, origin_of, path_of
from cqrs_routing.retirement.project import is_own, is_test, own_modules, shown
from cqrs_routing.retirement.source import Source, project_sources


@dataclass(frozen=True, kw_only=True)
class Use:
    """``name`` is as the module ``module`` writes it, ``by`` the function, class or method there that it stands in."""

    module: str
    name: str
    by: str
    where: str
    at_module_level: bool = False
    in_tests: bool = False

    @property
    def user(self) -> str:
        """The dotted path of what uses it."""
        return f"{self.module}.{self.by}" if self.by else self.module

    def __str__(self) -> str:
        return f"{self.module}: {self.name}" + (f", in {self.by}" if self.by and self.by != self.name else "")


class Uses:
    """All uses in the project, as its files and loaded modules are now."""

    def __init__(self) -> None:
        self.definitions: dict[str, Definition] = {}
        self._bindings: dict[str, list[tuple[str, str]]] = {}
        for module, loaded in own_modules().items():
            for name, value in list(vars(loaded).items()):
                if (definition := origin_of(value)) is not None:
                    self.definitions[path_of(definition)] = definition
                    self._bindings.setdefault(path_of(definition), []).append((module, name))

    @cached_property
    def sources(self) -> dict[str, Source]:
        return {source.module: source for source in project_sources()}

    def of(self, path: str) -> list[Use]:
        """Whatever uses what has the dotted path ``path``, each once: in source, by bindings that source does not
        show, and by subclasses that were made while the program runs.
        """
        written = list(self._written(path))
        modules, users = {use.module for use in written}, {use.user for use in written}
        bound = [use for use in self._bound(path) if use.module not in modules]
        return [*written, *bound, *(use for use in self._made(path) if use.user not in users)]

    def within(self, path: str) -> list[str]:
        """The dotted paths of the classes and functions that the definition of ``path`` names."""
        definition = self.definitions.get(path) or self.definitions.get(path.rpartition(".")[0])
        source = self.sources.get(definition.__module__) if definition else None
        if source is None:
            return []
        return [
            named
            for named, mentions in source.mentioned.items()
            if any(is_within(source.definition(mention.by), path) for mention in mentions)
        ]

    def calls(self, view_class: str, name: str) -> list[Use]:
        """Where the class calls its own method ``name``."""
        definition = self.definitions.get(view_class)
        source = self.sources.get(definition.__module__) if definition else None
        found = [use_of(source, mention) for mention in source.mentions] if source else []
        return [use for use in found if use.name == f"self.{name}" and is_within(use.user, view_class)]

    def subclasses(self, path: str) -> list[Use]:
        return list(self._made(path))

    def lines(self, module: str, path: str) -> list[int]:
        """Where ``module`` names ``path`` outside of functions and classes."""
        source = self.sources.get(module)
        mentions = source.mentioned.get(path, []) if source else []
        return [mention.line for mention in mentions if mention.runs and mention.kind != "import"]

    def _written(self, path: str) -> Iterator[Use]:
        names = {path.rpartition(".")[2], *(name for _, name in self._bindings.get(path, ()))}
        for source in self.sources.values():
            if any(name in source.text for name in names):
                mentions = source.mentioned.get(path, [])
                # An import is for the sake of those that use what it brings.
                others = [mention for mention in mentions if mention.kind != "import"]
                found = {
                    (use := use_of(source, mention)).user: use for mention in reversed(others or mentions)
                }
                yield from reversed(found.values())

    def _bound(self, path: str) -> Iterator[Use]:
        defined_in = getattr(self.definitions.get(path), "__module__", "")
        for module, name in self._bindings.get(path, ()):
            if module != defined_in:
                file = sys.modules[module].__file__ or ""
                yield Use(module=module, name=name, by="", where=shown(file), in_tests=is_test(file))

    def _made(self, path: str) -> Iterator[Use]:
        definition = self.definitions.get(path)
        made: list[type] = type.__subclasses__(definition) if isinstance(definition, type) else []
        for subclass in made:
            if is_own(file := file_of(subclass)):
                yield Use(
                    module=subclass.__module__,
                    name=subclass.__qualname__,
                    by=subclass.__qualname__,
                    where=shown(file, line_of(subclass)),
                    in_tests=is_test(file),
                )


def use_of(source: Source, mention: Mention) -> Use:
    by = source.definition(mention.by).removeprefix(source.module).removeprefix(".")
    return Use(
        module=source.module,
        name=mention.name,
        by=by,
        where=shown(source.path, mention.line),
        at_module_level=mention.runs,
        in_tests=source.is_test,
    )


def is_within(path: str, outer: str) -> bool:
    """Whether ``path`` is ``outer``, or a part of it."""
    return path == outer or path.startswith(f"{outer}.")
