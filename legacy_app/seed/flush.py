"""What is in the platform's tables already, and how to empty them."""

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

from legacy_app.customers.models import Customer
from legacy_app.orders.models import Category, Product
from legacy_app.rides.models import Driver

APPS = ["customers", "orders", "rides"]


def legacy_models() -> list[type[models.Model]]:
    return [
        model
        for label in APPS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if not model._meta.proxy
    ]


def find_rows() -> str | None:
    """The name of a table that must be empty and is not."""
    for model in [Customer, Product, Category, Driver]:
        if model._base_manager.exists():
            return str(model._meta.verbose_name_plural)
    return None


def flush() -> None:
    """Empty the tables of customers, orders and rides; accounts stay."""
    tables = [model._meta.db_table for model in legacy_models()]
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables, reset_sequences=True))
