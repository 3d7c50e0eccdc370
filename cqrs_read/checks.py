"""System checks of read models: what cannot be kept true is refused before it is wrong."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections
from django.db.models import DO_NOTHING

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, read_models
from cqrs_read.exceptions import ProjectionError
from cqrs_read.expressions.nullable import nullable_columns
from cqrs_read.fan_out.dependencies import dependencies
from cqrs_read.fan_out.indexes import missing_indexes
from cqrs_read.fan_out.order import in_dependency_order
from cqrs_write.backends import load


def register_checks() -> None:
    for check in (check_columns, check_types, check_names, check_keys, check_volatile, check_groups):
        register(check, Tags.models)
    register(check_foreign_keys, Tags.models)
    register(check_tables, Tags.database)
    register(check_indexes, Tags.database)
    register(check_nullable, Tags.models)


def check_columns(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """``cqrs_read.E001``: a column that cannot be computed, or read models that follow from themselves."""
    messages = _messages(id="cqrs_read.E001")
    try:
        in_dependency_order(_sound())
    except ProjectionError as error:
        messages.append(_message(_named(error), error))
    return messages


def check_types(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """``cqrs_read.E002``: a column that is computed as another type than its field holds."""
    return _messages(id="cqrs_read.E002")


def check_names(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """``cqrs_read.E003``: a column or a field of ``group_by`` that is declared twice."""
    return _messages(id="cqrs_read.E003")


def check_keys(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """``cqrs_read.E004``: a read model whose primary key is not its source's."""
    return _messages(id="cqrs_read.E004")


def check_volatile(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """``cqrs_read.E005``: a column that changes without a write."""
    return _messages(id="cqrs_read.E005")


def check_groups(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """``cqrs_read.E006``: a ``group_by`` that makes no groups to follow."""
    return _messages(id="cqrs_read.E006")


def check_tables(app_configs: Any, databases: Any = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """``cqrs_read.E007``: a read model that depends on a view or a foreign table, which has no triggers."""
    found: list[CheckMessage] = []
    for read_model in _sound():
        using = projection_of(read_model).using
        if using not in (databases or ()):
            continue
        used_by: dict[str, set[str]] = defaultdict(set)
        for item in dependencies(read_model):
            used_by[item.table].update(item.used_by)
        with connections[using].cursor() as cursor:
            kinds = load("cqrs_read", "relations", using).not_tables(cursor, sorted(used_by))
        found += [
            Error(
                f"{_who(used_by[table])} on {table}, which is a {kind} and reports no writes.",
                hint="Declare it over the tables that are behind it.",
                obj=read_model,
                id="cqrs_read.E007",
            )
            for table, kind in sorted(kinds.items())
        ]
    return found


def _who(columns: set[str]) -> str:
    """The columns that depend; a source on which all of them do may be used for its key alone."""
    names = ", ".join(f"'{column}'" for column in sorted(columns))
    return (
        f"Column {names}: depends"
        if len(columns) == 1
        else f"Columns {names}: depend"
        if columns
        else "It depends"
    )


def check_foreign_keys(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """``cqrs_read.E008``: a foreign key of a read model that would make a delete of the monolith fail."""
    foreign_keys: list[tuple[Any, Any]] = [
        (read_model, field)
        for read_model in read_models()
        for field in read_model._meta.concrete_fields
        if field.is_relation
    ]
    return [
        Error(
            f"Column '{field.name}': a row of {field.related_model._meta.label} could no longer be deleted while "
            "this read model has not followed.",
            hint="Declare it with on_delete=models.DO_NOTHING, db_constraint=False.",
            obj=read_model,
            id="cqrs_read.E008",
        )
        for read_model, field in foreign_keys
        if field.db_constraint or field.remote_field.on_delete is not DO_NOTHING
    ]


def check_indexes(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> Sequence[CheckMessage]:
    """``cqrs_read.W001``: a table in which each change to a read model's source is searched for row by row."""
    found: dict[str, list[str]] = {}
    for read_model in read_models():
        try:
            if projection_of(read_model).using in (databases or ()):
                for index in missing_indexes(read_model):
                    found.setdefault(f"{index}", [index.statement]).append(read_model._meta.label)
        except ProjectionError:
            continue  # E001 says so
    return [
        Warning(
            f"{problem} Changes are searched for row by row for {', '.join(names)}.",
            hint=f"Run: {statement}",
            id="cqrs_read.W001",
        )
        for problem, (statement, *names) in found.items()
    ]


def check_nullable(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """``cqrs_read.W002``: a column that may be NULL, in a field that allows none: its keys would be parked."""
    return [
        Warning(
            f"Column '{column}' may be NULL, which its field does not allow: {reason}.",
            hint="Say null=True, or give another value: default= of the aggregate, or Coalesce.",
            obj=read_model,
            id="cqrs_read.W002",
        )
        for read_model in _sound()
        for column, reason in nullable_columns(projection_of(read_model)).items()
    ]


def _messages(*, id: str) -> list[CheckMessage]:
    return [_message(model, error) for model, error in _errors() if error.check == id]


def _message(read_model: Any, error: ProjectionError) -> CheckMessage:
    where = f"Column '{error.column}': " if error.column else ""
    return Error(f"{where}{error.problem}", hint=error.remedy, obj=read_model, id=error.check)


def _errors() -> Iterator[tuple[type[ReadModel], ProjectionError]]:
    for read_model in read_models():
        try:
            dependencies(read_model)
        except ProjectionError as error:
            yield read_model, error


def _sound() -> list[type[ReadModel]]:
    """The read models whose declarations can be followed."""
    unsound = {model for model, _ in _errors()}
    return [model for model in read_models() if model not in unsound]


def _named(error: ProjectionError) -> type[ReadModel] | None:
    return next((model for model in read_models() if model._meta.label == error.read_model), None)
