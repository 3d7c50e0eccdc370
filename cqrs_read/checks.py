"""System checks of read models: what cannot be kept true is refused before it is wrong."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from cqrs_read.dependencies import dependencies
from cqrs_read.exceptions import ProjectionError
from cqrs_read.read_model import read_models


def register_checks() -> None:
    register(check_projections, Tags.models)


def check_projections(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """``cqrs_read.E001``: a column that cannot be kept true."""
    found: list[CheckMessage] = []
    for read_model in read_models():
        try:
            dependencies(read_model)
        except ProjectionError as error:
            where = f"Column '{error.column}': " if error.column else ""
            found.append(
                Error(f"{where}{error.problem}", hint=error.remedy, obj=read_model, id="cqrs_read.E001")
            )
    return found
