"""A read model's table against what the oracle says."""

from math import isclose
from typing import Any

from cqrs_read.declaration.read_model import ReadModel
from tests.property.declarations import Declaration
from tests.property.oracle import Row, Snapshot, read


def compare(declaration: Declaration, model: type[ReadModel], snapshot: Snapshot) -> None:
    """Fail with the rows that differ."""
    columns = {name: (model._meta.get_field(name).column, kind) for name, kind in declaration.kinds.items()}
    found = read(declaration.table, columns)
    wanted = _by_key(declaration, declaration.expected(snapshot))
    there = _by_key(declaration, found)
    assert len(found) == len(there)
    problems = [
        f"{key}: expected {wanted.get(key)}\n   found {there.get(key)}"
        for key in wanted.keys() | there.keys()
        if not _same(wanted.get(key), there.get(key))
    ]
    assert not problems, f"{declaration}\n" + "\n".join(problems)


def _by_key(declaration: Declaration, rows: list[Row]) -> dict[Any, Row]:
    return {tuple(row[key] for key in declaration.keys): row for row in rows}


def _same(wanted: Row | None, there: Row | None) -> bool:
    if wanted is None or there is None:
        return wanted is there
    return all(_equal(value, there[name]) for name, value in wanted.items())


def _equal(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, float) and isinstance(found, float):
        return isclose(wanted, found)
    return bool(wanted == found)
