"""What is read: read models, refresh, backfill, verify.

``from cqrs_read import ReadModel, Rows`` is all that a declaration needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cqrs_read.declaration.columns import Rows
    from cqrs_read.declaration.read_model import ReadModel

__all__ = ["ReadModel", "Rows"]

_HOMES = {"ReadModel": "cqrs_read.declaration.read_model", "Rows": "cqrs_read.declaration.columns"}


def __getattr__(name: str) -> Any:
    """Models may only be imported once Django has read INSTALLED_APPS, so names are fetched when asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'cqrs_read' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
