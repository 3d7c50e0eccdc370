"""The order in which read models follow from one another: one may be the source of another, or on its paths."""

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.declaration.table import table_name
from cqrs_read.exceptions import ProjectionError
from cqrs_read.fan_out.dependencies import dependencies


def in_dependency_order(read_models: Iterable[type[ReadModel]]) -> list[type[ReadModel]]:
    """``read_models``, each after those of them that it reads.

    Raises:
        ProjectionError: if they follow from one another in a circle, which is named.
    """
    by_table = {table_name(model): model for model in read_models}
    reads = {
        model: [by_table[table] for table in _tables(model) if table in by_table]
        for model in by_table.values()
    }
    try:
        return list(TopologicalSorter(reads).static_order())
    except CycleError as error:
        circle = [name_of(model) for model in error.args[1]]
        raise ProjectionError(
            circle[0],
            "",
            f"it follows from itself: {' → '.join(reversed(circle))}.",
            "Let one of them read the legacy tables instead.",
        ) from error


def _tables(read_model: type[ReadModel]) -> list[str]:
    """What ``read_model`` reads; nothing where its declaration is refused, which must not keep others waiting."""
    try:
        return [dependency.table for dependency in dependencies(read_model)]
    except ProjectionError:
        return []
