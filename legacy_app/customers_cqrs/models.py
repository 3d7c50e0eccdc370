"""Django learns of the read models here."""

from legacy_app.customers_cqrs.read_models import CustomerCard

__all__ = ["CustomerCard"]
