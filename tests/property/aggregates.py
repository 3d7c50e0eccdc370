"""Expressions over many rows: aggregates and documents along a path with multi-valued relations."""

from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.property.expressions import Condition, Draw, Expression, Reference, conditions, references, scalars
from tests.property.graph.relations import Relation, relations_of
from tests.property.graph.schema import columns_of, model_named
from tests.property.kinds import KINDS
from tests.property.oracle import Snapshot, Trail

Chain = tuple[Relation, ...]
"""A path that ends with a multi-valued relation."""

LONGEST = 3
ORDERED = ("int", "decimal", "date", "datetime")
"""Kinds that sort alike everywhere."""


@cache
def chains(model: str, kind: str) -> tuple[Chain, ...]:
    """The chains from ``model`` along which an ``aggregate`` or ``rows`` may go, the shortest first."""
    longest = LONGEST if KINDS[f"{kind} over several hops"] else 1
    return tuple(path for path in _walks(model, longest) if path[-1].many) if KINDS[kind] else ()


def _walks(model: str, longest: int) -> Iterator[Chain]:
    paths: list[Chain] = [()]
    for _ in range(longest):
        paths = [
            (*path, relation)
            for path in paths
            for relation in relations_of(path[-1].target if path else model)
            if KINDS[relation.kind]
        ]
        yield from paths


def _path(chain: Chain) -> str:
    return "__".join(relation.name for relation in chain)


def _along(chain: Chain, kinds: tuple[str, ...], depths: range) -> tuple[Reference, ...]:
    """References from the rows of a trail along ``chain``."""
    return tuple(
        reference
        for depth in reversed(depths)
        for reference in references(
            chain[depth - 1].target, kinds, hops=1, prefix=_path(chain[:depth]), depth=depth, plain=True
        )
    )


def aggregates(draw: Draw, model: str, kind: str) -> Expression | None:
    """An aggregate that gives a value of ``kind``, or None where there is none."""
    makers = [maker for maker, kinds in MAKERS.items() if kind in kinds]
    found = chains(model, "aggregate")
    if not (found and makers):
        return None
    chain = draw(st.sampled_from(found))
    return draw(st.sampled_from(makers))(draw, chain, kind)


def _filter(draw: Draw, chain: Chain) -> Condition | None:
    choices = _along(chain, ("int", "text", "decimal", "bool", "date", "datetime"), range(1, len(chain) + 1))
    return conditions(draw, choices) if choices and draw(st.integers(0, 2)) == 2 else None


def _aggregate(
    draw: Draw,
    chain: Chain,
    *,
    name: str,
    argument: str,
    value: Callable[[Snapshot, Trail], Any],
    total: Callable[[list[Any]], Any],
    kind: str,
    empty: Any = None,
    extra: tuple[str, ...] = (),
    places: int = 2,
) -> Expression:
    condition = _filter(draw, chain)
    distinct = "distinct" in extra
    arguments = [argument, *(["distinct=True"] if distinct else [])]
    arguments += [f"filter={condition.code}"] if condition else []
    arguments += [one for one in extra if one != "distinct"]

    def truth(snapshot: Snapshot, trail: Trail) -> Any:
        trails = snapshot.trails(trail, chain)
        values = [
            found
            for one in trails
            if (condition is None or condition.truth(snapshot, one))
            and (found := value(snapshot, one)) is not None
        ]
        values = list(set(values)) if distinct else values
        return total(values) if values else empty

    return Expression(code=f"{name}({', '.join(arguments)})", kind=kind, truth=truth, places=places)


def _end(chain: Chain, kinds: tuple[str, ...]) -> tuple[Reference, ...]:
    return _along(chain, kinds, range(len(chain), len(chain) + 1))


def count(draw: Draw, chain: Chain, kind: str) -> Expression:
    extra = draw(st.sampled_from(((), ("distinct",))))
    values = _end(chain, ("int", "text", "date", "uuid"))
    if draw(st.booleans()) or not values:
        keys = key_attributes(chain[-1].target)
        # Django refuses to count distinct keys of several columns.
        extra = extra if len(keys) == 1 else ()
        return _aggregate(
            draw, chain, name="Count", argument=f'"{_path(chain)}"', total=len, kind="int", empty=0, extra=extra,
            value=lambda s, t: tuple(t[-1][key] for key in keys),
        )  # fmt: skip
    chosen = draw(st.sampled_from(values))
    return _aggregate(
        draw, chain, name="Count", argument=f'"{chosen.code}"', total=len, kind="int", empty=0, extra=extra,
        value=chosen.truth,
    )  # fmt: skip


def total(draw: Draw, chain: Chain, kind: str) -> Expression:
    values = _end(chain, (kind,))
    if not values:
        return count(draw, chain, "int") if kind == "int" else product(draw, chain, kind)
    chosen = draw(st.sampled_from(values))
    extra: tuple[str, ...] = draw(st.sampled_from(((), ("distinct",), ("default=0",))))
    return _aggregate(
        draw, chain, name="Sum", argument=f'"{chosen.code}"', value=chosen.truth, total=sum, kind=kind, extra=extra,
        empty=0 if "default=0" in extra else None,
    )  # fmt: skip


def product(draw: Draw, chain: Chain, kind: str) -> Expression:
    """A sum over what is computed from two columns."""
    ones, others = _end(chain, ("decimal",)), _end(chain, ("int",))
    if not (ones and others):
        return mean(draw, chain, kind)
    one, other = draw(st.sampled_from(ones)), draw(st.sampled_from(others))

    def value(snapshot: Snapshot, trail: Trail) -> Any:
        left, right = one.truth(snapshot, trail), other.truth(snapshot, trail)
        return None if left is None or right is None else left * right

    argument = f'F("{one.code}") * F("{other.code}")'
    return _aggregate(draw, chain, name="Sum", argument=argument, value=value, total=sum, kind="decimal")


def extreme(draw: Draw, chain: Chain, kind: str) -> Expression:
    values = _end(chain, (kind,))
    if not values:
        return count(draw, chain, "int")
    chosen, (name, best) = draw(st.sampled_from(values)), draw(st.sampled_from((("Min", min), ("Max", max))))
    return _aggregate(
        draw, chain, name=name, argument=f'"{chosen.code}"', value=chosen.truth, total=best, kind=kind
    )


def mean(draw: Draw, chain: Chain, kind: str) -> Expression:
    values = _end(chain, ("int",) if kind == "float" else ("decimal",))
    if not values:
        return count(draw, chain, "int")
    chosen = draw(st.sampled_from(values))
    if chosen.kind == "int":
        return _aggregate(
            draw, chain, name="Avg", argument=f'"{chosen.code}"', value=chosen.truth, kind="float",
            total=lambda found: sum(found) / len(found),
        )  # fmt: skip
    return _aggregate(
        draw, chain, name="Avg", argument=f'"{chosen.code}"', value=chosen.truth, kind="decimal", places=6,
        total=lambda found: (sum(found) / len(found)).quantize(Decimal("0.000001"), ROUND_HALF_UP),
    )  # fmt: skip


MAKERS: dict[Callable[[Draw, Chain, str], Expression], tuple[str, ...]] = {
    count: ("int",),
    total: ("int", "decimal"),
    product: ("decimal",),
    extreme: ORDERED,
    mean: ("float", "decimal"),
}


def rows(draw: Draw, model: str) -> Expression | None:
    """A document of the rows at the end of a chain."""
    found = chains(model, "rows")
    if not found:
        return None
    chain = draw(st.sampled_from(found))
    child, keys = chain[-1].target, key_attributes(chain[-1].target)
    kinds = ("int", "text", "decimal", "bool", "date")
    if KINDS["documents with moments and keys"]:
        kinds += ("datetime", "uuid", "json")
    count_of_fields = draw(st.integers(1, 3))
    fields = {f"f{number}": _document_field(draw, child, kinds) for number in range(count_of_fields)}
    first = draw(st.sampled_from([None, *sortable(child)]))
    descending = draw(st.booleans())
    order = [f"{'-' if descending else ''}{first}"] if first else []
    listed = ", ".join(
        f'"{key}": {repr(field.path) if field.path else field.code}' for key, field in fields.items()
    )
    code = f'Rows("{_path(chain)}", fields={{{listed}}}, order_by={[*order, *keys]!r})'

    def truth(snapshot: Snapshot, trail: Trail) -> Any:
        ends = [one[-1] for one in snapshot.trails(trail, chain)]
        ends.sort(key=lambda row: tuple(row[key] for key in keys))
        if first:
            ends.sort(key=lambda row: row[first], reverse=descending)
        return [
            {key: rendered(field.kind, field.truth(snapshot, (row,))) for key, field in fields.items()}
            for row in ends
        ]

    return Expression(code=code, kind="json", truth=truth)


def _document_field(draw: Draw, child: str, kinds: tuple[str, ...]) -> Expression:
    computed = ("int", "text")
    if draw(st.integers(0, 2)) == 2 and references(child, computed, plain=True):
        return scalars(draw, child, computed, lambda draw, kind: None)
    return draw(st.sampled_from(references(child, kinds))).expression


def sortable(model: str) -> list[str]:
    columns = columns_of(model)
    return [c.attribute for c in columns if c.kind in ORDERED and not c.null and not c.relation]


def key_attributes(model: str) -> list[str]:
    key = model_named(model)._meta.pk
    return [field.attname for field in getattr(key, "fields", [key])]


def rendered(kind: str, value: Any) -> Any:
    """A value as it stands in a document: a decimal as a string with its places."""
    if value is None or kind in ("int", "text", "bool", "json"):
        return value
    if kind == "decimal":
        return f"{value:.2f}"
    return value.isoformat().replace("+00:00", "Z") if kind in ("date", "datetime") else str(value)
