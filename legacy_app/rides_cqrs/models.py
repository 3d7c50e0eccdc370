"""Django learns of the read models here."""

from legacy_app.rides_cqrs.read_models import DriverCard

__all__ = ["DriverCard"]
