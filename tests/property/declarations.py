"""Random declarations of read models, and what their rows must be."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import functions
from hypothesis import strategies as st

from cqrs_read.declaration import columns as toolkit_columns
from cqrs_read.declaration.read_model import ReadModel
from tests.property.actions import vocabulary
from tests.property.aggregates import aggregates, key_attributes, rows
from tests.property.expressions import (
    SCALARS,
    Condition,
    Expression,
    Model,
    conditions,
    references,
    scalars,
)
from tests.property.graph.relations import RELATIONS
from tests.property.graph.schema import MODELS, columns_of
from tests.property.groups import Total, group_keys, totals
from tests.property.kinds import KINDS
from tests.property.oracle import Row, Snapshot
from tests.property.subqueries import subquery

Draw = Callable[[st.SearchStrategy[Any]], Any]

FIELDS = {
    "int": "BigIntegerField({})",
    "text": "TextField({})",
    "decimal": "DecimalField(max_digits=30, decimal_places=PLACES, {})",
    "bool": "BooleanField({})",
    "date": "DateField({})",
    "datetime": "DateTimeField({})",
    "uuid": "UUIDField({})",
    "json": "JSONField({})",
    "float": "FloatField({})",
}
SPECIAL_SOURCES = {
    "Jotting": "source without a key",
    "Book": "child as source",
    "Reprint": "proxy as source",
    "Shelfmark": "composite key as source",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Declaration:
    """A read model before there is a class: prints as the class that one would write.

    ``keys`` are the columns by which its rows are told apart. ``kinds`` has every column's kind of value. A
    column that is in ``columns`` is declared there; all others map by name.
    """

    name: str
    source: "str | Declaration"
    keys: tuple[str, ...]
    kinds: dict[str, str]
    places: dict[str, int]
    columns: Mapping[str, Expression | Total]
    filter: Condition | None
    grouped: bool = False

    def __repr__(self) -> str:
        lines = [f"class {self.name}(ReadModel):"]
        lines += [f"    {name} = {code}" for name, code in self.fields.items()]
        lines += ["    class Projection:", f"        source = {self.source_name}", "        columns = {"]
        lines += [f'            "{name}": {expression.code},' for name, expression in self.columns.items()]
        lines += ["        }", *([f"        filter = {self.filter.code}"] if self.filter else [])]
        lines += [f"        group_by = {list(self.keys)}"] if self.grouped else []
        return "\n" + "\n".join(lines) + "\n"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """As Hypothesis prints it."""
        printer.text(repr(self))

    @property
    def source_name(self) -> str:
        return self.source if isinstance(self.source, str) else self.source.name

    @property
    def looked_at(self) -> set[str]:
        """The models that it has to do with: those that its own code names, and those behind its paths."""
        behind = [relation for relation in RELATIONS if relation.name in self.words]
        steps = {step.model for relation in behind for step in relation.steps}
        return (steps | self.words) & set(MODELS)

    @property
    def words(self) -> set[str]:
        """The names that its code is made of."""
        return set(re.split(r"\W+|__", repr(self)))

    @property
    def table(self) -> str:
        return f"graph_{self.name.lower()}"

    @property
    def fields(self) -> dict[str, str]:
        """The code of each field."""
        one = len(self.keys) == 1
        composite = {} if one else {"pk": f"CompositePrimaryKey({', '.join(map(repr, self.keys))})"}
        return composite | {
            name: _field(kind, self.places.get(name, 2), key=name in self.keys, alone=one)
            for name, kind in self.kinds.items()
        }

    def model(self, others: dict[str, Any]) -> type[ReadModel]:
        """The class, registered with Django; ``others`` has the read models that it may be derived from."""
        names = words() | others
        declared: dict[str, Any] = {
            "source": names[self.source_name],
            "columns": {name: eval(expression.code, names) for name, expression in self.columns.items()},
        }
        if self.filter:
            declared["filter"] = eval(self.filter.code, names)
        if self.grouped:
            declared["group_by"] = list(self.keys)
        body = {name: eval(code, names) for name, code in self.fields.items()}
        meta = type("Meta", (), {"app_label": "graph", "db_table": self.table})
        return type(
            self.name,
            (ReadModel,),
            {**body, "__module__": __name__, "Meta": meta, "Projection": type("Projection", (), declared)},
        )

    def expected(self, snapshot: Snapshot) -> list[Row]:
        """The rows that it must have."""
        source = (
            snapshot.models[self.source] if isinstance(self.source, str) else self.source.expected(snapshot)
        )
        trails = [(row,) for row in source]
        trails = [trail for trail in trails if self.filter is None or self.filter.truth(snapshot, trail)]
        together: dict[Any, list[Any]] = {}
        for place, trail in enumerate(trails):
            key = tuple(trail[0][name] for name in self.keys) if self.grouped else place
            together.setdefault(key, []).append(trail)
        return [self._row(snapshot, found) for found in together.values()]

    def _row(self, snapshot: Snapshot, trails: list[Any]) -> Row:
        by_name = {name: trails[0][0][name] for name in self.kinds if name not in self.columns}
        return by_name | {
            name: column.truth(snapshot, trails)
            if isinstance(column, Total)
            else column.truth(snapshot, trails[0])
            for name, column in self.columns.items()
        }


def _field(kind: str, places: int, *, key: bool, alone: bool) -> str:
    options = "null=True" if not key else "primary_key=True" if alone else ""
    if key and kind == "text":
        return f"CharField(max_length=50, {options})"
    return FIELDS[kind].replace("PLACES", str(places)).format(options)


def words() -> dict[str, Any]:
    """Names that the code of a declaration may use."""
    return vars(models) | vars(functions) | {"Rows": toolkit_columns.Rows} | vocabulary()


def unregister(read_model: type[ReadModel]) -> None:
    del apps.all_models["graph"][read_model._meta.model_name]
    apps.clear_cache()


@st.composite
def declarations(draw: Draw, name: str) -> Declaration:
    """A read model over any model of the graph."""
    source = draw(st.sampled_from(_sources()))
    if KINDS["grouped"] and draw(st.integers(0, 3)) == 3:
        return _grouped(draw, name, source)
    return _plain(draw, name, source)


@st.composite
def pairs(draw: Draw) -> list[Declaration]:
    """One read model, or two, of which the second may be derived from the first."""
    first = draw(declarations("First"))
    if draw(st.booleans()):
        return [first]
    if KINDS["read model as source"] and draw(st.booleans()):
        make = _grouped if KINDS["grouped"] and draw(st.booleans()) else _plain
        return [first, make(draw, "Second", first)]
    return [first, draw(declarations("Second"))]


def _plain(draw: Draw, name: str, source: "str | Declaration") -> Declaration:
    keys = tuple(key_attributes(source)) if isinstance(source, str) else source.keys
    own = {c.attribute: c.kind for c in columns_of(source)} if isinstance(source, str) else source.kinds
    others = [column for column in own if column not in keys]
    by_name = draw(st.lists(st.sampled_from(others), max_size=2, unique=True)) if others else []
    columns = {
        f"{name[0].lower()}{number}": _column(draw, source) for number in range(draw(st.integers(1, 3)))
    }
    condition = _filter(draw, source)
    places = {} if isinstance(source, str) else {c: source.places.get(c, 2) for c in by_name}
    return Declaration(
        name=name,
        source=source,
        keys=keys,
        kinds={c: own[c] for c in (*keys, *by_name)} | {c: e.kind for c, e in columns.items()},
        places=places | {c: e.places for c, e in columns.items()},
        columns=columns,
        filter=condition,
    )


def _grouped(draw: Draw, name: str, source: "str | Declaration") -> Declaration:
    keys = group_keys(draw, source)
    if not keys:
        return _plain(draw, name, source)
    hops = 1 if KINDS["grouped over paths"] else 0
    columns = {f"{name[0].lower()}{n}": totals(draw, source, hops) for n in range(draw(st.integers(1, 3)))}
    condition = _filter(draw, source)
    return Declaration(
        name=name,
        source=source,
        keys=tuple(key.code for key in keys),
        kinds={key.code: key.kind for key in keys} | {c: total.kind for c, total in columns.items()},
        places={c: total.places for c, total in columns.items()},
        columns=columns,
        filter=condition,
        grouped=True,
    )


def _filter(draw: Draw, source: Model) -> Condition | None:
    if KINDS["filter"] and draw(st.integers(0, 2)) == 2:
        return conditions(draw, references(source, SCALARS))
    return None


def _sources() -> list[str]:
    return [
        name for name in (*MODELS, "Reprint") if name not in SPECIAL_SOURCES or KINDS[SPECIAL_SOURCES[name]]
    ]


def _column(draw: Draw, source: "str | Declaration") -> Expression:
    form = draw(st.sampled_from(("scalar", "aggregate", "rows", "subquery")))
    found: Expression | None = None
    if isinstance(source, str):
        if form == "aggregate":
            found = aggregates(
                draw, source, draw(st.sampled_from(("int", "decimal", "float", "date", "datetime")))
            )
        elif form == "rows":
            found = rows(draw, source)
        elif form == "subquery":
            found = subquery(draw, source)
    return found or scalars(draw, source, SCALARS, lambda draw, kind: _operand(draw, source, kind))


def _operand(draw: Draw, source: "str | Declaration", kind: str) -> Expression | None:
    """Now and then an aggregate, to build upon."""
    if not isinstance(source, str) or draw(st.integers(0, 2)) < 2:
        return None
    found = aggregates(draw, source, kind)
    return found if found and (found.kind, found.places) == (kind, 2) else None
