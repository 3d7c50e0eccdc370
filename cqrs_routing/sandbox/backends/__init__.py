"""What only one database's driver can do: keep code from committing past Django."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from cqrs_write.backends import VENDORS

_module = cache(import_module)


def driver_of(vendor: str) -> Any:
    """The module for connections of ``vendor``; None where only what Django does is kept from committing."""
    return _module(f"{__name__}.{vendor}.driver") if vendor in VENDORS else None
