"""Upstream: the read models that another one is computed from."""

from functools import cache

from cqrs_read.declaration.read_model import ReadModel, read_models
from cqrs_read.declaration.table import table_name
from cqrs_read.exceptions import ProjectionError
from cqrs_read.fan_out.dependencies import dependencies


def upstream_of(read_model: type[ReadModel]) -> tuple[type[ReadModel], ...]:
    """The read models whose tables ``read_model`` depends on, by name; none where its declaration is refused."""
    try:
        return _upstream_of(read_model)
    except ProjectionError:
        return ()


@cache
def _upstream_of(read_model: type[ReadModel]) -> tuple[type[ReadModel], ...]:
    tables = {dependency.table for dependency in dependencies(read_model)}
    return tuple(other for other in read_models() if table_name(other) in tables and other is not read_model)
