"""The plan of images: the tables whose rows each endpoint's rehearsals compare.

The write side knows no endpoints. Whoever rehearses registers a function that names the tables.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cqrs_write.exceptions import UnknownName


@dataclass(frozen=True, kw_only=True)
class ImagePlan:
    """The tables of which one endpoint's rehearsals need images, on one alias."""

    name: str
    """The endpoint's."""

    using: str
    tables: tuple[str, ...]
    in_use: bool = False
    """Whether it is being rehearsed."""


ImageSource = Callable[[], Iterable[ImagePlan]]

_sources: list[ImageSource] = []


def image_source(source: ImageSource) -> None:
    """Register ``source``: a function that names the plans of all its endpoints."""
    if source not in _sources:
        _sources.append(source)


def image_plans() -> list[ImagePlan]:
    return [plan for source in _sources for plan in source()]


def plans_of(name: str) -> list[ImagePlan]:
    """The plans of one endpoint: one for each alias that it writes to.

    Raises:
        UnknownName: if no endpoint of that name declares tables.
    """
    plans = image_plans()
    if found := [plan for plan in plans if plan.name == name]:
        return found
    raise UnknownName(
        "endpoint with tables",
        name,
        sorted({plan.name for plan in plans}),
        remedy='Declare what it writes: endpoints.write("POST …", view=…, tables=[…]).',
    )
