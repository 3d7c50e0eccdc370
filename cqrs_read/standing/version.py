"""The next version of a read model: the same declaration, in a table of its own beside the one that is served.

It is a read model like any other to backfill, refresh and verify, with a state, a lock and runs under a name of its
own; the registry of models does not know it, and neither do the migrations.
"""

from functools import cache
from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps
from django.db.migrations.state import ModelState

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of, read_model_named
from cqrs_read.declaration.table import table_name
from cqrs_read.models import ReadModelState
from cqrs_write.backends import load

SUFFIX = "@next"


class _Beside(Apps):
    """A registry for one model, which finds every other model among the installed ones."""

    def get_registered_model(self, app_label: str, model_name: str) -> Any:
        return installed.get_registered_model(app_label, model_name)


@cache
def next_version(read_model: type[ReadModel]) -> type[ReadModel]:
    """The class of the next version of ``read_model``; always the same one."""
    state = ModelState.from_model(read_model)
    backend = load("cqrs_read", "swap", projection_of(read_model).target)
    options = {
        **state.options,
        "db_table": backend.beside(table_name(read_model)),
        "app_label": read_model._meta.app_label,
        "apps": _Beside(),
    }
    body: dict[str, Any] = {name: _without_way_back(field.clone()) for name, field in state.fields.items()}
    body["Meta"] = type("Meta", (), options)
    body["Projection"], body["version_of"] = read_model.Projection, read_model
    body["__module__"] = read_model.__module__
    return type(read_model.__name__ + SUFFIX, (ReadModel,), body)


def followed(read_models: list[type[ReadModel]]) -> list[type[ReadModel]]:
    """``read_models``, each followed by its next version where that is being built: both consume the change log."""
    found: list[type[ReadModel]] = []
    for read_model in read_models:
        found.append(read_model)
        states = ReadModelState.objects.using(projection_of(read_model).target)
        if states.filter(name=name_of(read_model) + SUFFIX).exists():
            found.append(next_version(read_model))
    return found


def version_named(name: str) -> type[ReadModel]:
    """The read model called ``name``, or its next version where ``name`` ends in ``@next``.

    Raises:
        UnknownName: with the names that exist.
    """
    declared = read_model_named(name.removesuffix(SUFFIX))
    return next_version(declared) if name.endswith(SUFFIX) else declared


def _without_way_back(field: Any) -> Any:
    """A relation whose other end is not told of it: that end belongs to the version that is served."""
    if field.remote_field is not None:
        field.remote_field.related_name = "+"
        field._related_name = "+"
    return field
