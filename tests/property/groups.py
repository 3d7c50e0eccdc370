"""Grouped read models: what the columns say of all source rows with the same key."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.property.expressions import Draw, Model, Reference, conditions, references
from tests.property.graph.schema import model_named
from tests.property.oracle import Snapshot, Trail

GROUPABLE = ("int", "text", "bool", "date")
COMPARED = ("int", "text", "decimal", "bool", "date", "datetime")
TOTALS: dict[str, tuple[Callable[[list[Any]], Any], tuple[str, ...]]] = {
    "Sum": (sum, ("int", "decimal")),
    "Min": (min, ("int", "decimal", "date", "datetime")),
    "Max": (max, ("int", "decimal", "date", "datetime")),
}


@dataclass(frozen=True, kw_only=True)
class Total:
    """One column of a grouped read model; ``truth`` takes the rows of a group."""

    code: str
    kind: str
    truth: Callable[[Snapshot, list[Trail]], Any]
    places: int = 2


def group_keys(draw: Draw, model: Model) -> tuple[Reference, ...]:
    """One or two own columns that are never NULL."""
    own = [r for r in references(model, GROUPABLE, hops=0, plain=True) if not r.null]
    if isinstance(model, str):
        # Not what a child class has of its parent's table.
        fields = model_named(model)._meta.concrete_model._meta.local_concrete_fields
        names = {name for field in fields for name in (field.name, field.attname)}
        own = [r for r in own if r.code in names]
    return tuple(draw(st.lists(st.sampled_from(own), min_size=1, max_size=2, unique=True))) if own else ()


def totals(draw: Draw, model: Model, hops: int) -> Total:
    condition = None
    if draw(st.integers(0, 2)) == 2:
        condition = conditions(draw, references(model, COMPARED, hops=hops))
    end = f", filter={condition.code})" if condition else ")"
    name = draw(st.sampled_from(("Count", *TOTALS)))
    choices = references(model, TOTALS[name][1], hops=hops, plain=True) if name in TOTALS else ()
    chosen = draw(st.sampled_from(choices)) if choices else None

    def values(snapshot: Snapshot, trails: list[Trail]) -> list[Any]:
        counted = [t for t in trails if condition is None or condition.truth(snapshot, t)]
        return [1 if chosen is None else chosen.truth(snapshot, trail) for trail in counted]

    if chosen is None:
        return Total(code=f'Count("pk"{end}', kind="int", truth=lambda s, trails: len(values(s, trails)))

    def truth(snapshot: Snapshot, trails: list[Trail]) -> Any:
        found = [value for value in values(snapshot, trails) if value is not None]
        return TOTALS[name][0](found) if found else None

    return Total(code=f'{name}("{chosen.code}"{end}', kind=chosen.kind, truth=truth, places=chosen.places)
