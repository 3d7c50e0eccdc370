"""A source: one file of the project, and which classes and functions it mentions, whatever they are called there."""

from __future__ import annotations

import ast
import sys
import tokenize
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from cqrs_routing.retirement.mentions import Mention, Reader
from cqrs_routing.retirement.origin import identity_of
from cqrs_routing.retirement.project import is_test, own_files, own_modules


class Source:
    """One file. Nothing is imported for it: names are looked up in the modules that are loaded.

    Args:
        module: the name that it has as a module.
        path: of the file.
    """

    def __init__(self, module: str, path: str) -> None:
        self.module = module
        self.path = path

    @cached_property
    def text(self) -> str:
        """Empty where it cannot be read: Python itself could not either."""
        try:
            with tokenize.open(self.path) as file:
                return file.read()
        except (OSError, SyntaxError, UnicodeDecodeError):
            return ""

    @cached_property
    def is_test(self) -> bool:
        return is_test(self.path)

    @cached_property
    def mentions(self) -> list[Mention]:
        return sorted(self._reader.mentions, key=lambda mention: mention.line)

    @cached_property
    def mentioned(self) -> dict[str, list[Mention]]:
        """The mentions of classes and functions, by the dotted path of what is meant."""
        found: dict[str, list[Mention]] = {}
        for mention in self.mentions:
            if identity := self.resolve(mention):
                found.setdefault(identity, []).append(mention)
        return found

    def resolve(self, mention: Mention) -> str:
        """The dotted path of what is meant; empty where that is no class or function, or not known."""
        if mention.kind == "string":
            return mention.name
        if mention.kind == "reversed":
            return ""
        first, *others = mention.name.split(".")
        value = self._look_up(first)
        for attribute in others:
            if not issubclass(type(value), ModuleType):
                break
            value = vars(value).get(attribute)
        return identity_of(value)

    def definition(self, by: str) -> str:
        """The dotted path of what a mention stands in: a variable stands for what it was made of here."""
        if by and (loaded := self._loaded.get(by)) is not None:
            identity = identity_of(loaded)
            if identity.startswith(f"{self.module}."):
                return identity
        return f"{self.module}.{by}" if by else self.module

    def _look_up(self, name: str) -> Any:
        if name in self._loaded:
            return self._loaded[name]
        if name not in self._reader.imports:
            return None
        module, attribute = self._reader.imports[name]
        if not attribute:
            return sys.modules.get(module)
        within = vars(sys.modules[module]) if module in sys.modules else {}
        return within.get(attribute) or sys.modules.get(f"{module}.{attribute}")

    @property
    def _loaded(self) -> dict[str, Any]:
        return vars(sys.modules[self.module]) if self.module in sys.modules else {}

    @cached_property
    def _reader(self) -> Reader:
        reader = Reader(self.module, is_package=Path(self.path).name == "__init__.py")
        try:
            reader.visit(ast.parse(self.text))
        except (SyntaxError, ValueError, RecursionError):
            return Reader(self.module, is_package=False)
        return reader


def project_sources() -> list[Source]:
    """Every file of the project's apps, and of the modules of the project that are loaded from elsewhere."""
    loaded = {str(module.__file__): name for name, module in own_modules().items()}
    files = {
        **dict(own_files(".py")),
        **{path: name for path, name in loaded.items() if path.endswith(".py")},
    }
    return [Source(name, path) for path, name in sorted(files.items())]


def templates() -> Iterator[tuple[str, str]]:
    """The HTML files of the project's apps, with their text."""
    for path, _ in own_files(".html"):
        yield path, Path(path).read_text(errors="replace")
