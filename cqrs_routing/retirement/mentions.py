"""Mentions: the names, imports and dotted paths that a file of Python writes, with the definition each stands in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, NamedTuple

DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
REVERSING = frozenset({"reverse", "reverse_lazy", "redirect", "resolve_url"})


class Mention(NamedTuple):
    """``name`` as it is written on ``line``: ``OrderSerializer``, ``views.OrderList``.

    ``by`` is the definition that it stands in: a function, a class or a method of one (``OrderList.get``), or the
    variable of an assignment; empty elsewhere. ``kind`` is ``reversed`` for the name of a URL pattern.
    """

    by: str
    name: str
    line: int
    kind: Literal["name", "import", "string", "reversed"]
    runs: bool
    """Whether it stands outside of functions and classes."""


class Import(NamedTuple):
    """What a name in a file was imported from; without ``attribute`` it is the module itself."""

    module: str
    attribute: str


class Reader(ast.NodeVisitor):
    """Reads a file of the module ``module``."""

    def __init__(self, module: str, *, is_package: bool) -> None:
        self.mentions: list[Mention] = []
        self.imports: dict[str, Import] = {}
        self._package = module if is_package else module.rpartition(".")[0]
        self._within: list[ast.AST] = []
        self._names: list[str] = []

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        with self._defining(node, node.name):
            self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        with self._defining(node, node.name):
            self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign | ast.AnnAssign) -> None:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(target, ast.Name) and not self._within:
            with self._defining(node, target.id):
                self.generic_visit(node)
        else:
            self.generic_visit(node)

    visit_AnnAssign = visit_Assign

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._add(node.id, node.lineno)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if name := dotted(node):
            self._add(name, node.lineno)
        else:
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and DOTTED.fullmatch(node.value):
            self._add(node.value, node.lineno, "string")

    def visit_Call(self, node: ast.Call) -> None:
        called = dotted(node.func).rpartition(".")[2]
        if called in REVERSING and node.args and isinstance(node.args[0], ast.Constant):
            self._add(str(node.args[0].value), node.lineno, "reversed")
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            self.imports[bound] = Import(alias.name if alias.asname else bound, "")

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = self._absolute(node)
        for alias in node.names:
            bound = alias.asname or alias.name
            self.imports[bound] = Import(module, alias.name)
            self._add(bound, node.lineno, "import")

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self._package.split(".")
        kept = parts[: len(parts) - node.level + 1]
        return ".".join([*kept, node.module] if node.module else kept)

    @contextmanager
    def _defining(self, node: ast.AST, name: str) -> Iterator[None]:
        """Within: what stands here is by ``name``, or by the method ``name`` of the class around it."""
        is_method = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (
            len(self._within) == 1 and isinstance(self._within[0], ast.ClassDef)
        )
        named = is_method or not self._within
        self._within.append(node)
        self._names += [name] * named
        yield
        self._within.pop()
        if named:
            self._names.pop()

    def _add(
        self, name: str, line: int, kind: Literal["name", "import", "string", "reversed"] = "name"
    ) -> None:
        runs = all(isinstance(node, (ast.Assign, ast.AnnAssign)) for node in self._within)
        self.mentions.append(Mention(".".join(self._names), name, line, kind, runs))


def dotted(node: ast.AST) -> str:
    """``a.b.c`` for a chain of attributes that begins with a name, else nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""
