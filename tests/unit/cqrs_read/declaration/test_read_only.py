"""A read model's rows follow from its source: no way of the ORM writes them."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import serializers
from django.db import models
from django.test.utils import isolate_apps

from cqrs_read import ReadModel
from cqrs_read.exceptions import ReadModelIsReadOnly
from legacy_app.orders_cqrs.read_models import OrderSummary

MANAGERS = ["objects", "_default_manager", "_base_manager"]
WRITES = {
    "create": lambda rows: rows.create(id=1),
    "update": lambda rows: rows.update(status="paid"),
    "filter and update": lambda rows: rows.filter(id=1).update(status="paid"),
    "delete": lambda rows: rows.filter(id=1).delete(),
    "bulk_create": lambda rows: rows.bulk_create([OrderSummary(id=1)]),
    "bulk_create that updates": lambda rows: rows.bulk_create(
        [OrderSummary(id=1)], update_conflicts=True, update_fields=["status"], unique_fields=["id"]
    ),
    "bulk_update": lambda rows: rows.bulk_update([OrderSummary(id=1)], ["status"]),
    "get_or_create": lambda rows: rows.get_or_create(id=1),
    "update_or_create": lambda rows: rows.update_or_create(id=1),
    "_raw_delete": lambda rows: rows.all()._raw_delete("default"),
    "_insert": lambda rows: rows._insert([OrderSummary(id=1)], OrderSummary._meta.fields),
    "acreate": lambda rows: asyncio.run(rows.acreate(id=1)),
    "aupdate": lambda rows: asyncio.run(rows.aupdate(status="paid")),
    "adelete": lambda rows: asyncio.run(rows.all().adelete()),
    "abulk_create": lambda rows: asyncio.run(rows.abulk_create([OrderSummary(id=1)])),
    "abulk_update": lambda rows: asyncio.run(rows.abulk_update([OrderSummary(id=1)], ["status"])),
    "aget_or_create": lambda rows: asyncio.run(rows.aget_or_create(id=1)),
    "aupdate_or_create": lambda rows: asyncio.run(rows.aupdate_or_create(id=1)),
}

refused = pytest.raises(ReadModelIsReadOnly, match=r"OrderSummary .+ orders\.Order\. Write there\.")


@pytest.mark.parametrize("manager", MANAGERS)
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_managers_refuse(manager: str, write: Any) -> None:
    with refused:
        write(getattr(OrderSummary, manager))


@pytest.mark.parametrize(
    "write",
    [
        lambda row: row.save(),
        lambda row: row.save(force_update=True, update_fields=["status"]),
        lambda row: row.save_base(raw=True),
        lambda row: row.delete(),
        lambda row: asyncio.run(row.asave()),
        lambda row: asyncio.run(row.adelete()),
        lambda row: models.Model.save(row),
        lambda row: models.Model.save_base(row, raw=True),
    ],
)
def test_instances_refuse(write: Any) -> None:
    with refused:
        write(OrderSummary(id=1))


@pytest.mark.django_db
def test_fixtures_with_its_rows_are_refused() -> None:
    text = serializers.serialize("json", [OrderSummary(id=1)])
    (loaded,) = serializers.deserialize("json", text)
    with refused:
        loaded.save()


@dataclass(frozen=True, kw_only=True)
class Declared:
    shop: Any
    card: Any


@pytest.fixture
def declared() -> Iterator[Declared]:
    """A read model with managers of the project, declared and inherited, and a relation that leads to it."""
    with isolate_apps("legacy_app.orders_cqrs"):

        class Shop(models.Model):
            class Meta:
                app_label = "orders_cqrs"

        class OwnQuerySet(models.QuerySet):
            def big(self) -> Any:
                return self.filter(id__gt=100)

        class Elusive(models.Manager):
            def get_queryset(self) -> Any:
                return OwnQuerySet(self.model).filter(id__gt=0)

        class Mixin(models.Model):
            inherited = models.Manager()

            class Meta:
                abstract = True

        class ShopCard(Mixin, ReadModel):
            id = models.BigIntegerField(primary_key=True)
            shop = models.ForeignKey(Shop, models.DO_NOTHING, db_constraint=False, related_name="cards")

            rows = OwnQuerySet.as_manager()
            elusive = Elusive()

            class Projection:
                source = Shop

            class Meta:
                app_label = "orders_cqrs"

        yield Declared(shop=Shop, card=ShopCard)


@pytest.mark.parametrize(
    "manager", ["rows", "elusive", "inherited", "objects", "_default_manager", "_base_manager"]
)
def test_managers_of_the_project_refuse_too(declared: Declared, manager: str) -> None:
    rows = getattr(declared.card, manager)
    for write in (lambda: rows.update(id=1), lambda: rows.all().delete(), lambda: rows.create(id=1)):
        with pytest.raises(ReadModelIsReadOnly, match="ShopCard is a read model"):
            write()


def test_managers_of_the_project_keep_what_they_are(declared: Declared) -> None:
    assert declared.card._default_manager.name == "rows"
    assert '"id" > 100' in str(declared.card.rows.big().query)
    assert '"id" > 0' in str(declared.card.elusive.all().query)
    assert "WHERE" not in str(declared.card._base_manager.all().query)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "write",
    [
        lambda shop, card: shop.cards.create(id=1),
        lambda shop, card: shop.cards.add(card),
        lambda shop, card: shop.cards.add(card, bulk=False),
        lambda shop, card: shop.cards.set([card]),
        lambda shop, card: shop.cards.update(id=1),
        lambda shop, card: shop.cards.get_or_create(id=1),
        lambda shop, card: shop.cards.all().delete(),
        lambda shop, card: asyncio.run(shop.cards.acreate(id=1)),
    ],
)
def test_related_managers_refuse(declared: Declared, write: Any) -> None:
    shop = declared.shop(pk=1)
    card = declared.card.from_db("default", ["id", "shop_id"], [1, 1])
    with pytest.raises(ReadModelIsReadOnly, match="ShopCard is a read model"):
        write(shop, card)


@pytest.mark.django_db
def test_reading_goes_on() -> None:
    assert list(OrderSummary.objects.raw("SELECT * FROM orders_cqrs_ordersummary")) == []
    assert list(OrderSummary.objects.filter(status="paid").select_for_update()) == []
    assert OrderSummary._base_manager.count() == 0
