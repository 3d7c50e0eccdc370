"""How a retirement looks in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from cqrs_routing.retirement.part import Part
from cqrs_routing.retirement.pattern import Pattern
from cqrs_routing.retirement.retirement import Retirement


def printed(retirement: Retirement) -> Iterator[RenderableType]:
    """The parts of a terminal's output, one after the other: a path is copied from there in one piece."""
    for line in lines(retirement):
        yield Text(line)


def lines(retirement: Retirement) -> Iterator[str]:
    yield from verdict(retirement)
    yield from block("Goes with it", map(described, retirement.goes))
    yield from block("Still held", (line for part in retirement.held for line in held(part)))
    yield from block("Tests of what is listed", sorted(tests(retirement)))
    yield from block("URL patterns", (line for one in retirement.patterns for line in pattern(one)))
    yield from block("Keep the name of the URL pattern for", retirement.reversed_in)
    yield from block(
        "Triggers that nothing needs any more",
        (f"{one.kind} triggers of {', '.join(one.tables)}. Run: {one.remedy}" for one in retirement.triggers),
    )
    yield from block(
        "Tables that stay", (f"{one.table}, for {', '.join(one.needed_by)}" for one in retirement.tables)
    )


def verdict(retirement: Retirement) -> Iterator[str]:
    known = retirement.readiness
    if retirement.is_ready:
        yield (
            f"{retirement.endpoint} may be retired: legacy answered none of its requests in {known.days} days, "
            f"the new side {known.cqrs_requests}."
        )
    else:
        yield f"{retirement.endpoint} may not be retired yet:"
        yield from (f"  {reason}" for reason in retirement.reasons)
    yield from (f"  Mind: {caution}" for caution in retirement.cautions)


def block(title: str, body: Iterator[str] | tuple[str, ...] | list[str]) -> Iterator[str]:
    """Nothing where the body has no lines."""
    if found := list(body):
        yield from ("", f"{title}:", *(f"  {line}" for line in found))


def described(part: Part) -> str:
    place = f" ({part.where})" if part.where else ""
    return f"{part.kind} {part.path}{place}{part.note and f', {part.note}'}"


def held(part: Part) -> Iterator[str]:
    yield described(part)
    yield from (f"  needed for {needed}" for needed in part.needed_for)
    yield from (f"  {use} ({use.where})" for use in part.used_by)


def tests(retirement: Retirement) -> set[str]:
    return {use.where for part in (*retirement.goes, *retirement.held) for use in part.tested_by}


def pattern(one: Pattern) -> Iterator[str]:
    yield f"{one.name}, {one.route or '/'} ({', '.join(one.where)})"
    yield from (f"  needed for {needed}" for needed in one.needed_for)
    if one.goes:
        yield from (f"  shall lead to {candidate}" for candidate in one.leads_to)
