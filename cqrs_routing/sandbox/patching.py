"""Patches: methods of others that are replaced once, for good, by ones that ask for the sandbox first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any

Method = Callable[..., Any]
Maker = Callable[[Method], Method]
"""Makes the replacement of a method, which calls the original wherever no sandbox is active."""


def replace(owner: Any, name: str, make: Maker) -> None:
    """Put what ``make`` makes of ``owner``'s own method ``name`` in its place."""
    original = vars(owner)[name]
    setattr(owner, name, wraps(original)(make(original)))


def replace_in_family(base: Any, makers: Mapping[str, Maker], *, without: tuple[type, ...] = ()) -> None:
    """Replace the methods named in ``makers`` wherever ``base`` or a subclass of it defines one, now or later.

    Args:
        without: classes that stay as they are.
    """

    def adopt(member: type) -> None:
        for name in makers.keys() & vars(member).keys():
            replace(member, name, makers[name])

    def adopt_later(cls: type, /, **arguments: Any) -> None:
        super(base, cls).__init_subclass__(**arguments)
        adopt(cls)

    for member in family(base):
        if member not in without:
            adopt(member)
    base.__init_subclass__ = classmethod(adopt_later)


def family(base: type) -> Iterator[type]:
    """``base`` and every subclass of it that is there, each once."""
    met: set[type] = {base}
    waiting = [base]
    while waiting:
        member = waiting.pop()
        yield member
        children: set[type] = set(type.__subclasses__(member)) - met
        met |= children
        waiting += children
