"""cqrs_read.W001: an index that a read model's changes are looked up by and the database lacks."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.db.models import F, Max
from django.test.utils import isolate_apps

from cqrs_read import ReadModel, Rows, checks
from cqrs_read.checks import check_indexes
from cqrs_read.declaration.key import Key
from cqrs_read.declaration.projection import Projection
from cqrs_read.fan_out.indexes import missing_indexes
from legacy_app.orders_cqrs.read_models import OrderSummary

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shipments(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A read model over tables whose foreign keys have no index, as ORMs do not make them but people do."""
    with isolate_apps("legacy_app.orders_cqrs"):

        class Carrier(models.Model):
            code = models.CharField(max_length=9, unique=True)
            name = models.TextField()

            class Meta:
                app_label = "orders_cqrs"

        class Shipment(models.Model):
            carrier = models.ForeignKey(Carrier, models.DO_NOTHING, to_field="code", db_index=False)
            city = models.TextField()
            day = models.DateField()

            class Meta:
                app_label = "orders_cqrs"

        class Parcel(models.Model):
            shipment = models.ForeignKey(Shipment, models.DO_NOTHING, db_index=False, related_name="parcels")
            weight = models.IntegerField()

            class Meta:
                app_label = "orders_cqrs"

        class ShipmentCard(ReadModel):
            id = models.BigIntegerField(primary_key=True)
            carrier_name = models.TextField()
            heaviest = models.IntegerField(null=True)
            parcels = models.JSONField()

            class Projection:
                source = Shipment
                columns = {
                    "carrier_name": F("carrier__name"),
                    "heaviest": Max("parcels__weight"),
                    "parcels": Rows("parcels", fields=["weight"]),
                }

            class Meta:
                app_label = "orders_cqrs"

        monkeypatch.setattr(checks, "read_models", lambda: [ShipmentCard])
        with connection.schema_editor() as editor:
            for model in (Carrier, Shipment, Parcel):
                editor.create_model(model)
        yield ShipmentCard
        with connection.schema_editor() as editor:
            for model in (Parcel, Shipment, Carrier):
                editor.delete_model(model)


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def lacking(read_model: Any) -> list[tuple[str, ...]]:
    return [(index.table, *index.columns) for index in missing_indexes(read_model)]


def test_the_sample_lacks_none() -> None:
    assert lacking(OrderSummary) == []


def test_both_ways_of_every_hop_are_looked_at(shipments: Any) -> None:
    assert lacking(shipments) == [
        ("orders_cqrs_parcel", "shipment_id"),
        ("orders_cqrs_shipment", "carrier_id"),
    ]


def test_the_statement_makes_what_is_missing(shipments: Any) -> None:
    for index in missing_indexes(shipments):
        execute(index.statement)
    assert lacking(shipments) == []


@pytest.mark.postgresql
def test_the_statement_lets_writers_go_on(shipments: Any) -> None:
    assert [index.statement for index in missing_indexes(shipments)] == [
        'CREATE INDEX CONCURRENTLY ON "orders_cqrs_parcel" ("shipment_id");',
        'CREATE INDEX CONCURRENTLY ON "orders_cqrs_shipment" ("carrier_id");',
    ]


@pytest.mark.parametrize(
    "useless",
    [
        "CREATE INDEX useless ON orders_cqrs_parcel (weight, shipment_id)",
        "CREATE INDEX useless ON orders_cqrs_parcel (shipment_id) WHERE weight > 0",
        "CREATE INDEX useless ON orders_cqrs_parcel (abs(shipment_id))",
    ],
)
def test_an_index_that_does_not_serve_is_none(shipments: Any, useless: str) -> None:
    execute(useless)
    assert ("orders_cqrs_parcel", "shipment_id") in lacking(shipments)


@pytest.mark.postgresql
def test_an_invalid_index_or_one_for_other_operators_is_none(shipments: Any) -> None:
    execute("CREATE INDEX interrupted ON orders_cqrs_parcel (shipment_id)")
    execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'interrupted'::regclass")
    execute("CREATE INDEX ranges ON orders_cqrs_parcel USING brin (shipment_id)")
    assert ("orders_cqrs_parcel", "shipment_id") in lacking(shipments)
    execute("CREATE INDEX hashed ON orders_cqrs_parcel USING hash (shipment_id)")
    assert ("orders_cqrs_parcel", "shipment_id") not in lacking(shipments)


def test_the_key_of_the_source_needs_one_too(shipments: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    grouped = Key(using="default", table="orders_cqrs_shipment", columns=("city", "day"))
    monkeypatch.setattr(Projection, "source_key", grouped)
    assert lacking(shipments)[-1] == ("orders_cqrs_shipment", "city", "day")
    execute(missing_indexes(shipments)[-1].statement)
    assert lacking(shipments)[-1] == ("orders_cqrs_shipment", "carrier_id")


def test_an_index_of_several_columns_serves_its_first(shipments: Any) -> None:
    execute("CREATE UNIQUE INDEX several ON orders_cqrs_parcel (shipment_id, weight)")
    assert ("orders_cqrs_parcel", "shipment_id") not in lacking(shipments)


def test_a_table_that_is_not_there_yet_lacks_none(shipments: Any) -> None:
    execute("ALTER TABLE orders_cqrs_parcel RENAME TO parked")
    try:
        assert lacking(shipments) == [("orders_cqrs_shipment", "carrier_id")]
    finally:
        execute("ALTER TABLE parked RENAME TO orders_cqrs_parcel")


def test_the_check_names_table_column_statement_and_read_model(shipments: Any) -> None:
    message, _ = check_indexes(None, databases=["default"])
    assert (message.id, message.level) == ("cqrs_read.W001", 30)
    assert message.msg == (
        "orders_cqrs_parcel has no index on shipment_id. Changes are searched for row by row for "
        "orders_cqrs.ShipmentCard."
    )
    assert "CREATE INDEX" in str(message.hint)


def test_the_check_runs_where_django_looks_into_databases(shipments: Any) -> None:
    assert check_indexes(None) == check_indexes(None, databases=["other"]) == []
    shown = StringIO()
    call_command("check", stderr=shown)
    assert "W001" not in shown.getvalue()
    call_command("check", databases=["default"], stderr=shown)
    assert "cqrs_read.W001" in shown.getvalue()
