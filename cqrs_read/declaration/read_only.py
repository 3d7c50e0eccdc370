"""Read-only: what makes a read model refuse to be written, by whichever way of the ORM.

An instance refuses by itself; the class sees to it that all its managers do, those that a project declares or
inherits, those of relations to the read model, and the one that Django uses for its own work.
"""

from copy import copy
from functools import cache
from typing import Any, NoReturn

from django.db.models.base import ModelBase

from cqrs_read.declaration.source import source_of
from cqrs_read.exceptions import ReadModelIsReadOnly


class ReadOnly:
    """Mixed into a queryset class: reads as that does, and refuses to write."""

    model: Any

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise refusal(self.model)

    create = update = delete = bulk_create = bulk_update = get_or_create = update_or_create = _refuse
    _insert = _update = _raw_delete = _refuse


class ReadModelBase(ModelBase):
    """The class of read models, whose managers all refuse to write."""

    def __new__(mcs, name: str, bases: tuple[Any, ...], attrs: dict[str, Any], **kwargs: Any) -> Any:
        read_model: Any = super().__new__(mcs, name, bases, attrs, **kwargs)
        options = read_model._meta
        if not options.abstract:
            options.default_manager_name = options.default_manager.name
            options.local_managers = [_refusing(manager) for manager in options.managers]
            options._expire_cache()
        return read_model

    @property
    def _base_manager(cls) -> Any:
        """The manager through which Django itself works on the rows, cascades and ``loaddata`` among it."""
        options = cls._meta  # type: ignore[attr-defined]
        manager = options.base_manager
        return manager if manager.name in options.managers_map else _refusing(manager)


def refusal(read_model: Any) -> ReadModelIsReadOnly:
    """What whoever writes to ``read_model`` through the ORM is told."""
    source = source_of(read_model)._meta.label
    return ReadModelIsReadOnly(
        f"{read_model._meta.label} is a read model: its rows follow from {source}. Write there."
    )


def _refusing(manager: Any) -> Any:
    """A copy of ``manager`` that refuses."""
    refusing = copy(manager)
    manager_class: Any = type(manager)
    refusing.__class__ = _manager_class(manager_class)
    return refusing


@cache
def _manager_class(manager: Any) -> Any:
    """The same, whose querysets refuse to write whatever its own ``get_queryset()`` returns."""

    class Refusing(manager):  # type: ignore[misc]
        def get_queryset(self) -> Any:
            rows = super().get_queryset()
            queryset_class: Any = type(rows)
            rows.__class__ = _queryset_class(queryset_class)
            return rows

    return Refusing


@cache
def _queryset_class(queryset: Any) -> Any:
    return queryset if issubclass(queryset, ReadOnly) else type(queryset.__name__, (ReadOnly, queryset), {})
