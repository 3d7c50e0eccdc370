"""Files: which path may be written to from a sandbox."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def may_be_written(path: Any, folder: Any = -1, *, follow: bool = False) -> bool:
    """Whether ``path`` is a device, a temporary file or Python's bytecode: nothing that anybody would miss.

    Args:
        path: as ``os`` functions take it: text, bytes, a path or the number of an open file.
        folder: the open folder that a relative path starts from, -1 if none.
        follow: whether a link as the last part of the path stands for what it leads to.
    """
    where = absolute(path, folder)
    if where is None:
        return False
    if where.startswith("/dev/") and not where.startswith("/dev/shm/"):
        return True
    if follow:
        where = os.path.realpath(where)
    return "__pycache__" in where.split(os.sep) or any(
        is_below(where, allowed) for allowed in temporary_folders()
    )


def temporary_folders() -> list[str]:
    # Not by gettempdir(): it holds a lock while it opens files, which asks this.
    return [os.fsdecode(folder) for folder in (tempfile.tempdir, sys.pycache_prefix) if folder]


def is_below(path: str, folder: str) -> bool:
    return os.path.join(path, "").startswith(os.path.join(os.path.realpath(folder), ""))


def absolute(path: Any, folder: Any = -1) -> str | None:
    """The whole of ``path``, through every symbolic link; None if that cannot be known."""
    try:
        if isinstance(path, int):
            return opened(path)
        name = os.fsdecode(path)
        if isinstance(folder, int) and folder >= 0 and not os.path.isabs(name):
            name = os.path.join(opened(folder), name)
        # The last part itself is what is removed or renamed, even where it is a link.
        head, tail = os.path.split(os.path.abspath(name))
        return os.path.join(os.path.realpath(head), tail)
    except (OSError, ValueError, TypeError):
        return None


def opened(number: int) -> str:
    """The path that an open file has; raises OSError where the system does not tell."""
    return os.readlink(f"/proc/self/fd/{number}")
