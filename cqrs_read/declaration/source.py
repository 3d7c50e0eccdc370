"""The source of a read model: the model whose rows its own follow from, named as a class or by its label."""

from typing import Any

from django.apps import apps
from django.db.models import Model

from cqrs_read.exceptions import ProjectionError
from cqrs_write.nearest import did_you_mean, nearest

REMEDY = 'Set source = <a model> there, or its label: source = "orders.Order".'


def source_of(read_model: Any) -> type[Model]:
    """The source that ``read_model`` declares; a label is looked up as a ForeignKey's is.

    Raises:
        ProjectionError: if there is none.
    """
    source = getattr(getattr(read_model, "Projection", None), "source", None)
    if isinstance(source, str):
        return _labelled(read_model, source)
    if not (isinstance(source, type) and issubclass(source, Model)):
        raise ProjectionError(read_model._meta.label, "", "has no Projection with a source.", REMEDY)
    if source._meta.abstract:
        problem = f"{source._meta.label} is abstract: it has no table."
        raise ProjectionError(read_model._meta.label, "", problem, "Name a model with one.", "E004")
    return source


def _labelled(read_model: Any, label: str) -> type[Model]:
    app, dot, name = label.rpartition(".")
    try:
        return apps.get_model(app if dot else read_model._meta.app_label, name)
    except (LookupError, ValueError) as error:
        near = nearest(label, [model._meta.label for model in apps.get_models()])
        problem = f"its source '{label}' is no model of an installed app."
        remedy = did_you_mean(near) if near else REMEDY
        raise ProjectionError(read_model._meta.label, "", problem, remedy) from error
