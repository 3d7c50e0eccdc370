"""The project: the modules and files that its own people write, as opposed to what is installed."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

from django.apps import apps

TOOLKIT = frozenset({"cqrs_write", "cqrs_read", "cqrs_routing"})
PACKAGES = frozenset({"site-packages", "dist-packages"})
NO_SOURCE = frozenset({"__pycache__", "node_modules"})


@cache
def is_own(path: str) -> bool:
    """Whether a file is the project's; neither of Python, nor of a package, nor of this toolkit."""
    if not path or PACKAGES & set(Path(path).parts):
        return False
    real = os.path.realpath(path)
    return not any(real.startswith(f"{folder}{os.sep}") for folder in installed())


@cache
def installed() -> frozenset[str]:
    """The folders of Python, of its packages, and of this toolkit."""
    python = (sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    toolkit = (str(Path(__file__).parents[2] / name) for name in TOOLKIT)
    return frozenset(map(os.path.realpath, [*python, *toolkit]))


def own_modules() -> dict[str, ModuleType]:
    """The project's modules that are loaded, by name."""
    loaded = [(name, module) for name, module in list(sys.modules.items()) if isinstance(module, ModuleType)]
    return {name: module for name, module in loaded if is_own(getattr(module, "__file__", None) or "")}


def own_apps() -> dict[str, str]:
    """The folders of the project's installed apps, by the name of their package."""
    return {
        app.name: app.path for app in apps.get_app_configs() if is_own(os.path.join(app.path, "__init__.py"))
    }


def own_files(suffix: str) -> Iterator[tuple[str, str]]:
    """Every file below the folders of the project's apps, loaded or not, with the dotted path to it."""
    for name, root in own_apps().items():
        for folder, folders, files in os.walk(root):
            folders[:] = sorted(inner for inner in folders if is_source(folder, inner))
            package = ".".join([name, *Path(folder).relative_to(root).parts])
            yield from (
                (os.path.join(folder, file), module_name(package, file))
                for file in sorted(files)
                if file.endswith(suffix)
            )


def is_source(folder: str, inner: str) -> bool:
    """Whether a folder can hold what the project's people wrote: not one of an environment of Python."""
    hidden = inner.startswith(".") or inner in NO_SOURCE
    return not hidden and not os.path.exists(os.path.join(folder, inner, "pyvenv.cfg"))


def module_name(package: str, file: str) -> str:
    stem = Path(file).stem
    return package if stem == "__init__" else f"{package}.{stem}"


def is_test(path: str) -> bool:
    """Whether a file belongs to tests: by its name, or by a folder ``tests`` within an app."""
    name = Path(path).name
    if name in ("tests.py", "conftest.py") or name.startswith("test_") or name.endswith("_test.py"):
        return True
    roots = [Path(root) for root in own_apps().values() if Path(path).is_relative_to(root)]
    return any("tests" in Path(path).relative_to(root).parts for root in roots)


def shown(path: str, line: int = 0) -> str:
    """``path:line`` as people write it: from the current folder, if it lies below."""
    here = os.getcwd()
    relative = os.path.relpath(path, here) if path.startswith(f"{here}{os.sep}") else path
    return f"{relative}:{line}" if line else relative
