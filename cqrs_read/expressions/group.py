"""A group: aggregates that follow one chain, computed by one query of their own.

Joined aggregates over several relations multiply each other's rows, which is Django's best-known trap. So each
chain has a query of its own, whose result is joined to the source: one row for each source row at most.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import ForeignKey, Model

from cqrs_read.declaration.table import column_of, table_name
from cqrs_read.expressions.chain import Chain, steps
from cqrs_read.expressions.hop import Hop, Path


@dataclass(frozen=True, kw_only=True)
class Root:
    """The model over which a group's query is.

    Either the child (``link`` is its foreign key to the source), which is fast, or the source itself (no ``link``),
    which is right for whatever Django can aggregate.

    Args:
        keys: names of the root's fields by which its rows are grouped.
        equals: the source's fields that they are equal to.
        first: how paths begin at the child instead: that of a many-to-many through model with its other foreign key.
    """

    model: type[Model]
    keys: tuple[str, ...]
    equals: tuple[Any, ...]
    link: Any = None
    first: str = ""

    @property
    def path(self) -> Path:
        """The path from the source to the root."""
        if self.link is None:
            return ()
        lhs, rhs = column_of(self.link.target_field), column_of(self.link)
        return (Hop(lhs=lhs, table=table_name(self.model), rhs=rhs),)

    def moved(self, path: str) -> str:
        """The path from here that leads where ``path`` leads from the source."""
        if self.link is None:
            return path
        _, _, rest = path.partition("__")
        return "__".join(name for name in (self.first, rest) if name) or "pk"


@dataclass(kw_only=True)
class Group:
    """The aggregates of one chain.

    ``aggregates`` has them by the name that they have in the group's query, ``declared_in`` the read model's
    columns that they come from.
    """

    name: str
    root: Root
    aggregates: dict[str, Any] = field(default_factory=dict)
    declared_in: dict[str, str] = field(default_factory=dict)

    def add(self, aggregate: Any, column: str) -> str:
        """Have ``aggregate`` computed for ``column``. Returns the name of its value."""
        name = f"cqrs_value_{len(self.aggregates)}"
        self.aggregates[name], self.declared_in[name] = aggregate, column
        return name


def at_source(source: type[Model], keys: tuple[str, ...]) -> Root:
    """The source as the root of a group."""
    equals = tuple(source._meta.get_field(name) for name in keys)
    return Root(model=source, keys=keys, equals=equals)


def at_child(source: type[Model], chain: Chain) -> Root | None:
    """The child at the beginning of ``chain`` as the root, where it refers to a column of the source's own table."""
    _, joins = steps(source, chain[0])[0]
    first, *then = joins
    link = getattr(first.join_field, "field", None)
    if not (first.m2m and len(then) <= 1 and isinstance(link, ForeignKey)):
        return None
    # Not a column of a parent class's table, nor does a proxy have columns of its own.
    if link.target_field.model._meta.concrete_model is not source._meta.concrete_model:
        return None
    name = then[0].join_field.name if then else ""
    return Root(model=link.model, keys=(link.attname,), equals=(link.target_field,), link=link, first=name)
