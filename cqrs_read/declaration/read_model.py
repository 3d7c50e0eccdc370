"""A read model: a Django model whose rows are derived from a source model by declared columns."""

from typing import Any, ClassVar, NoReturn

from django.apps import apps
from django.db import models

from cqrs_read.declaration.read_only import ReadModelBase, ReadOnly, refusal
from cqrs_write.exceptions import UnknownName

REMEDY = "The models.py of its app must import it."


class ReadModelQuerySet(ReadOnly, models.QuerySet["ReadModel"]):
    """Reads as every queryset does, and refuses to write."""


class ReadModel(models.Model, metaclass=ReadModelBase):
    """Base of read models. Declare fields as in any model, and an inner class ``Projection``::

        class OrderSummary(ReadModel):
            id = models.BigIntegerField(primary_key=True)
            customer_name = models.CharField(max_length=200)

            class Projection:
                source = Order
                columns = {"customer_name": F("customer__name")}  # id maps by name
                filter = Q(cancelled=False)

    The app's ``models.py`` must import the module, so that Django knows the model in time.
    """

    Projection: Any

    version_of: "ClassVar[type[ReadModel] | None]" = None
    """Of a next version the read model that is declared: routers know that one."""

    objects = ReadModelQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise refusal(type(self))

    def save_base(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise refusal(type(self))

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise refusal(type(self))


def read_models() -> list[type[ReadModel]]:
    """Every read model of the installed apps, by name."""
    found = [model for model in apps.get_models() if issubclass(model, ReadModel)]
    return sorted(found, key=name_of)


def name_of(read_model: type[ReadModel]) -> str:
    """The one name of a read model: ``orders_cqrs.OrderSummary``."""
    return read_model._meta.label


def read_model_named(name: str) -> type[ReadModel]:
    """The read model of that name.

    Raises:
        UnknownName: with the names that exist.
    """
    by_name = {name_of(model): model for model in read_models()}
    if name not in by_name:
        raise UnknownName("read model", name, list(by_name), remedy=REMEDY)
    return by_name[name]
