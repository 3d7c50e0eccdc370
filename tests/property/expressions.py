"""Expressions over one row: each is a piece of Django code, and beside it a function that says what it must be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from hypothesis import strategies as st

from tests.property.graph.relations import Relation, relations_of
from tests.property.graph.schema import VALUES, columns_of
from tests.property.kinds import KINDS
from tests.property.oracle import Snapshot, Trail

Draw = Callable[[st.SearchStrategy[Any]], Any]
Truth = Callable[[Snapshot, Trail], Any]
"""The value that belongs to a trail of rows, of which the first is the source's."""

SCALARS = ("int", "text", "decimal", "bool", "date", "datetime", "uuid", "json")
OUTPUT = {"int": "BigIntegerField()", "text": "TextField()", "bool": "BooleanField()"}


@dataclass(frozen=True, kw_only=True)
class Expression:
    """``code`` is Django's side, ``truth`` the oracle's. ``places`` are those of a decimal."""

    code: str
    kind: str
    truth: Truth
    places: int = 2
    path: str = ""
    """What ``code`` refers to, if it is nothing but a column."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A column at the end of a path. ``code`` is the path as Django spells it."""

    code: str
    kind: str
    null: bool
    relation: bool
    values: tuple[Any, ...]
    truth: Truth
    places: int = 2

    @property
    def expression(self) -> Expression:
        code = f'F("{self.code}")'
        return Expression(code=code, kind=self.kind, truth=self.truth, places=self.places, path=self.code)


class Source(Protocol):
    """A read model that another one is derived from: kinds of value by column."""

    kinds: dict[str, str]
    places: dict[str, int]


Model = str | Source
"""What expressions start from: a model of the graph by its name, or a read model."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    code: str
    truth: Truth


def single_paths(model: str, hops: int) -> Iterator[tuple[Relation, ...]]:
    """Every path of at most ``hops`` relations that leads to one row, the shortest first."""
    paths: list[tuple[Relation, ...]] = [()]
    for _ in range(hops + 1):
        yield from paths
        paths = [
            (*path, relation)
            for path in paths
            for relation in relations_of(path[-1].target if path else model)
            if not relation.many and KINDS[relation.kind]
        ]


@cache
def references(
    model: Model,
    kinds: tuple[str, ...],
    *,
    hops: int = 2,
    prefix: str = "",
    depth: int = 0,
    plain: bool = False,
) -> tuple[Reference, ...]:
    """The columns of ``model``, and of what it refers to, that hold one of ``kinds``.

    ``prefix`` is the path to ``model``, ``depth`` its place in the trail; ``plain`` leaves foreign keys out.
    """
    if not isinstance(model, str):
        return tuple(
            Reference(
                code=name, kind=kind, null=True, relation=False, values=VALUES.get(kind, (None,)),
                truth=_reach(depth, (), name), places=model.places.get(name, 2),
            )
            for name, kind in model.kinds.items()
            if kind in kinds
        )  # fmt: skip
    return tuple(
        Reference(
            code="__".join([*([prefix] if prefix else []), *(hop.name for hop in path), column.attribute]),
            kind=column.kind,
            null=column.null or bool(path),
            relation=column.relation,
            values=column.values,
            truth=_reach(depth, path, column.attribute),
        )
        for path in single_paths(model, hops)
        for column in columns_of(path[-1].target if path else model)
        if column.kind in kinds and not (plain and column.relation)
    )


def _reach(depth: int, path: tuple[Relation, ...], attribute: str) -> Truth:
    def truth(snapshot: Snapshot, trail: Trail) -> Any:
        row = snapshot.one(trail[depth], path)
        return row[attribute] if row else None

    return truth


def conditions(draw: Draw, choices: tuple[Reference, ...], depth: int = 1) -> Condition:
    """A condition on one reference, negated, or two conditions together."""
    form = draw(st.sampled_from(("one", "one", "one", "not", "and", "or"))) if depth else "one"
    if form == "one":
        return _comparison(draw, draw(st.sampled_from(choices)))
    first = conditions(draw, choices, depth - 1)
    if form == "not":
        return Condition(code=f"~{first.code}", truth=lambda s, t: not first.truth(s, t))
    second = conditions(draw, choices, depth - 1)
    if form == "and":
        return Condition(
            code=f"({first.code} & {second.code})",
            truth=lambda s, t: first.truth(s, t) and second.truth(s, t),
        )
    return Condition(
        code=f"({first.code} | {second.code})", truth=lambda s, t: first.truth(s, t) or second.truth(s, t)
    )


def _comparison(draw: Draw, reference: Reference) -> Condition:
    values = [value for value in reference.values if value is not None] or [None]
    lookups = ["exact"]
    if reference.kind in ("int", "decimal", "date", "datetime") and not reference.relation:
        lookups += ["gt", "lte"]
    if reference.kind != "json":
        lookups.append("in")
    if reference.null:
        lookups.append("isnull")
    if reference.kind == "json" or values == [None]:
        lookups = ["isnull"]
    lookup, value = draw(st.sampled_from(lookups)), draw(st.sampled_from(values))
    tests: dict[str, tuple[Any, Callable[[Any], bool]]] = {
        "exact": (value, lambda found: found == value),
        "gt": (value, lambda found: found > value),
        "lte": (value, lambda found: found <= value),
        "in": (values[:2], lambda found: found in values[:2]),
    }
    if lookup == "isnull":
        wanted = draw(st.booleans())
        return Condition(
            code=f"Q({reference.code}__isnull={wanted})",
            truth=lambda s, t: (reference.truth(s, t) is None) == wanted,
        )
    argument, test = tests[lookup]

    def truth(snapshot: Snapshot, trail: Trail) -> bool:
        found = reference.truth(snapshot, trail)
        return found is not None and test(found)

    name = reference.code if lookup == "exact" else f"{reference.code}__{lookup}"
    return Condition(code=f"Q({name}={argument!r})", truth=truth)


def scalars(
    draw: Draw, model: Model, kinds: tuple[str, ...], inner: Callable[[Draw, str], Expression | None]
) -> Expression:
    """An expression over one row of ``model``; ``inner`` may give an aggregate to build upon."""
    choices = references(model, kinds)
    if draw(st.booleans()):
        return draw(st.sampled_from(choices)).expression
    plain = references(model, tuple(k for k in kinds if k in MAKERS), plain=True)
    if not plain:
        return draw(st.sampled_from(choices)).expression
    kind = draw(st.sampled_from(sorted({reference.kind for reference in plain})))
    operand = inner(draw, kind) or draw(st.sampled_from([r for r in plain if r.kind == kind])).expression
    return draw(st.sampled_from(MAKERS[kind]))(draw, model, operand)


def add(draw: Draw, model: Model, one: Expression) -> Expression:
    other = draw(st.sampled_from(references(model, ("int",), plain=True) or (None,)))
    if other is None or draw(st.booleans()):
        return Expression(code=f"{one.code} + 2", kind="int", truth=_strict(lambda a: a + 2, one))
    code = f"{one.code} - {other.expression.code}"
    return Expression(code=code, kind="int", truth=_strict(lambda a, b: a - b, one, other))


def multiply(draw: Draw, model: Model, one: Expression) -> Expression:
    others = references(model, ("int",), plain=True, hops=1)
    others = tuple(other for other in others if not other.code.endswith("id"))
    if not others:
        code, truth = f"{one.code} * 3", _strict(lambda a: a * 3, one)
    else:
        other = draw(st.sampled_from(others))
        code = f"{one.code} * {other.expression.code}"
        truth = _strict(lambda a, b: a * b, one, other)
    return Expression(code=code, kind="decimal", places=one.places, truth=truth)


def upper(draw: Draw, model: Model, one: Expression) -> Expression:
    # Only ASCII: SQLite knows no other letters.
    guarded = f"Upper(Substr({one.code}, 1, 2))"
    return Expression(code=guarded, kind="text", truth=_strict(_ascii_upper, one))


def _ascii_upper(text: str) -> str:
    return "".join(letter.upper() if letter.isascii() else letter for letter in text[:2])


def concat(draw: Draw, model: Model, one: Expression) -> Expression:
    other = draw(st.sampled_from(references(model, ("text",), plain=True)))
    code = f'Concat({one.code}, Value("-"), {other.expression.code}, output_field=TextField())'
    return Expression(
        code=code, kind="text", truth=lambda s, t: f"{one.truth(s, t) or ''}-{other.truth(s, t) or ''}"
    )


def coalesce(draw: Draw, model: Model, one: Expression) -> Expression:
    value = draw(st.sampled_from(VALUES[one.kind]))
    output = f", output_field={OUTPUT[one.kind]}" if one.kind in OUTPUT else ""
    code = f"Coalesce({one.code}, Value({value!r}){output})"

    def truth(snapshot: Snapshot, trail: Trail) -> Any:
        found = one.truth(snapshot, trail)
        return value if found is None else found

    return Expression(code=code, kind=one.kind, truth=truth, places=one.places)


def case(draw: Draw, model: Model, one: Expression) -> Expression:
    """One of two values, by a condition."""
    condition = conditions(draw, references(model, SCALARS))
    value = draw(st.sampled_from(VALUES[one.kind]))
    output = f", output_field={OUTPUT[one.kind]}" if one.kind in OUTPUT else ""
    code = f"Case(When({condition.code}, then=Value({value!r})), default={one.code}{output})"
    return Expression(
        code=code,
        kind=one.kind,
        places=one.places,
        truth=lambda s, t: value if condition.truth(s, t) else one.truth(s, t),
    )


def _strict(function: Callable[..., Any], *parts: Any) -> Truth:
    """NULL if one of ``parts`` is."""

    def truth(snapshot: Snapshot, trail: Trail) -> Any:
        values = [part.truth(snapshot, trail) for part in parts]
        return None if None in values else function(*values)

    return truth


MAKERS: dict[str, tuple[Callable[[Draw, str, Expression], Expression], ...]] = {
    "int": (add, coalesce, case),
    "text": (upper, concat, coalesce, case),
    "decimal": (multiply, case),
    "bool": (case,),
}
