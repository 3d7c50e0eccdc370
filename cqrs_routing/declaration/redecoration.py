"""Redecoration: the decorators of the legacy view, put around the candidate that stands in for it.

What is put around a view in an URL pattern, ``login_required`` or ``cache_page``, belongs to the view and not to the
URL: a candidate that went without would be a hole.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, update_wrapper
from types import CellType, FunctionType
from typing import Any

from asgiref.sync import async_to_sync, iscoroutinefunction, sync_to_async

from cqrs_routing.declaration.decorators import OUTCOME_KEPT, decorators_of, is_class_view, layers, name_of
from cqrs_routing.declaration.endpoint import View


@cache
def redecorated(candidate: View, legacy_view: View) -> View:
    """``candidate`` within the decorators of ``legacy_view`` that it does not have itself.

    Each decorator's wrapper is made anew: the same function, closing over the candidate where it closed over the view.
    """
    view = candidate
    for wrapper, inner in reversed(list(missing_wrappers(candidate, legacy_view))):
        view = around(wrapper, inner, view) or view
    return view


def lost_decorators(candidate: View, legacy_view: View) -> list[str]:
    """Names of the decorators that cannot be put around ``candidate``: those of methods, and of an unusual make."""
    reapplied = {
        name_of(wrapper)
        for wrapper, inner in missing_wrappers(candidate, legacy_view)
        if around(wrapper, inner, candidate)
    }
    kept = {*decorators_of(candidate), *reapplied}
    return [name for name in dict.fromkeys(decorators_of(legacy_view)) if name not in kept]


def missing_wrappers(candidate: View, legacy_view: View) -> Iterator[tuple[Any, Any]]:
    """The wrappers around ``legacy_view`` that ``candidate`` lacks, with what each wraps, the outermost first."""
    kept = {*decorators_of(candidate), *OUTCOME_KEPT}
    for layer in layers(legacy_view):
        if is_class_view(layer):
            return
        if name_of(layer) not in kept:
            yield layer, layer.__wrapped__


def around(wrapper: Any, inner: Any, view: View) -> View | None:
    """``wrapper`` made anew around ``view``; None where that is not possible."""
    if not isinstance(wrapper, FunctionType):
        return None
    cells = [closes_over(cell, inner) for cell in wrapper.__closure__ or ()]
    if cells.count(True) != 1:
        return None
    if iscoroutinefunction(inner) != iscoroutinefunction(view):
        # The wrapper was chosen for the kind of function that it wraps.
        view = sync_to_async(view) if iscoroutinefunction(inner) else async_to_sync(view)
    closure = tuple(
        CellType(view) if is_inner else cell
        for cell, is_inner in zip(wrapper.__closure__ or (), cells, strict=True)
    )
    made = FunctionType(
        wrapper.__code__, wrapper.__globals__, wrapper.__name__, wrapper.__defaults__, closure
    )
    made.__kwdefaults__ = wrapper.__kwdefaults__
    return update_wrapper(made, view)


def closes_over(cell: CellType, inner: Any) -> bool:
    try:
        return cell.cell_contents is inner
    except ValueError:
        return False
