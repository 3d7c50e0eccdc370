"""A view, a materialized view or a foreign table reports no writes: a read model over one is never served."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.db.models import F
from django.test.utils import isolate_apps

from cqrs_read import ReadModel, checks
from cqrs_read.backfill import backfill
from cqrs_read.declaration import read_model as read_model_module
from cqrs_read.exceptions import NotCaptured
from cqrs_read.lag import status_of
from cqrs_read.standing import watches as watches_module
from cqrs_read.standing.serving import forget, reason_not_to_serve
from cqrs_read.standing.state import state_of
from cqrs_write.capture.install import install
from legacy_app.orders.models import Order

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "orders_cqrs.OfView"
KINDS = ["VIEW", pytest.param("MATERIALIZED VIEW", marks=pytest.mark.postgresql)]


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _declared() -> tuple[type[ReadModel], type[ReadModel]]:
    """A read model whose source is a view, and one that has it on a path."""
    with isolate_apps("legacy_app.orders_cqrs"):

        class View(models.Model):
            order = models.OneToOneField(
                Order, models.DO_NOTHING, primary_key=True, db_column="id", related_name="+"
            )
            total = models.IntegerField()

            class Meta:
                app_label = "orders_cqrs"
                db_table = "order_totals"
                managed = False

        class Line(models.Model):
            id = models.BigIntegerField(primary_key=True)
            view = models.ForeignKey(View, models.DO_NOTHING, db_column="order_id", related_name="+")

            class Meta:
                app_label = "orders_cqrs"
                db_table = "orders_orderline"
                managed = False

        class OfView(ReadModel):
            order = models.BigIntegerField(primary_key=True)
            total = models.IntegerField()

            class Projection:
                source = View

            class Meta:
                app_label = "orders_cqrs"

        class OverView(ReadModel):
            id = models.BigIntegerField(primary_key=True)
            total = models.IntegerField()

            class Projection:
                source = Line
                columns = {"total": F("view__total")}

            class Meta:
                app_label = "orders_cqrs"

    return OfView, OverView


@pytest.fixture(params=KINDS)
def declared(
    request: Any, shop: list[Order], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[type[ReadModel], type[ReadModel]]]:
    both = _declared()
    execute(
        f"CREATE {request.param} order_totals AS SELECT order_id AS id, CAST(sum(quantity) AS int) AS total "
        "FROM orders_orderline GROUP BY order_id"
    )
    with connection.schema_editor() as editor:
        for model in both:
            editor.create_model(model)
    for module in (checks, read_model_module, watches_module):
        monkeypatch.setattr(module, "read_models", lambda: list(both))
    yield both
    monkeypatch.undo()
    with connection.schema_editor() as editor:
        for model in both:
            editor.delete_model(model)
    execute(f"DROP {request.param} order_totals")
    install("default")


def test_the_check_names_it(declared: tuple[type[ReadModel], type[ReadModel]]) -> None:
    messages = checks.check_tables(None, databases=["default"])
    assert [(message.id, message.obj) for message in messages] == [
        ("cqrs_read.E007", model) for model in declared
    ]
    of_view, over_view = [message.msg.split(", which is a")[0] for message in messages]
    assert of_view == "Columns 'order', 'total': depend on order_totals"
    assert over_view == "Column 'total': depends on order_totals"
    assert all(message.hint for message in messages)


def test_it_is_neither_filled_nor_served(declared: tuple[type[ReadModel], type[ReadModel]]) -> None:
    for model in declared:
        with pytest.raises(NotCaptured) as error:
            backfill(model)
        assert "order_totals is a view or a foreign table" in str(error.value)
        assert "declare the read model over the tables behind it" in str(error.value)
        assert "\n" not in str(error.value)
        assert not state_of(model).position
        forget()
        assert reason_not_to_serve(model)
        status = status_of(model)
        assert (status.state, "order_totals is a view" in status.reason) == ("empty", True)


def test_the_command_ends_with_one_line(declared: tuple[type[ReadModel], type[ReadModel]]) -> None:
    with pytest.raises(CommandError, match=r"OfView: order_totals is a view .+ behind it\.") as error:
        call_command("cqrs_backfill", NAME, stdout=StringIO(), stderr=StringIO())
    assert error.value.returncode == 2


def test_a_table_that_a_view_takes_the_place_of_is_not_served_any_longer(filled: list[Order]) -> None:
    """Somebody splits a legacy table, and leaves a view under its old name."""
    from cqrs_read.refresh.care import Care
    from legacy_app.orders_cqrs.read_models import OrderSummary

    execute("ALTER TABLE orders_payment RENAME TO orders_payment_split")
    execute("CREATE VIEW orders_payment AS SELECT * FROM orders_payment_split")
    try:
        assert "orders_payment is a view" in status_of(OrderSummary).reason
        Care().take([OrderSummary])
        forget()
        assert reason_not_to_serve(OrderSummary)
        assert status_of(OrderSummary).state == "filling"
    finally:
        execute("DROP VIEW orders_payment")
        execute("ALTER TABLE orders_payment_split RENAME TO orders_payment")
        install("default")
