"""Many more orders than are worth seeding: copies of those that are there, made by the database."""

from collections.abc import Mapping

from django.db import connection, models
from django.db.models import Max

from legacy_app.orders.models import Order, OrderLine, Payment


def enlarge(factor: int) -> None:
    """Have ``factor`` times as many orders, lines and payments. Triggers are better removed before."""
    order = Order.objects.aggregate(last=Max("pk"))["last"]
    line = OrderLine.objects.aggregate(last=Max("pk"))["last"]
    moved = f"order_id + copy * {order}"
    copies = {
        Order: {"id": f"id + copy * {order}", "number": "number || '-' || copy"},
        OrderLine: {"id": f"id + copy * {line}", "order_id": moved},
        Payment: {"id": "gen_random_uuid()", "order_id": moved},
    }
    with connection.cursor() as cursor:
        for model, changed in copies.items():
            cursor.execute(copying(model, changed, factor - 1))
        cursor.execute("VACUUM ANALYZE")


def copying(model: type[models.Model], changed: Mapping[str, str], times: int) -> str:
    columns = [field.column for field in model._meta.concrete_fields]
    values = [changed.get(column, f'"{column}"') for column in columns]
    return (
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) "
        f"SELECT {', '.join(values)} FROM {model._meta.db_table}, generate_series(1, {times}) copy"
    )
