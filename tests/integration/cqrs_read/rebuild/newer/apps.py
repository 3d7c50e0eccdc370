from django.apps import AppConfig
from django.db.models import CharField, F, TextField, Value
from django.db.models.functions import Coalesce, Concat


class NewerConfig(AppConfig):
    """The summary's note tells the city it goes to; its status is always "open"."""

    name = "tests.integration.cqrs_read.rebuild.newer"
    label = "newer"

    def ready(self) -> None:
        from legacy_app.orders_cqrs.read_models import OrderSummary

        city = Coalesce(F("shipping_address__city"), Value("nowhere"))
        note = Concat(F("note"), Value(" to "), city, output_field=TextField())
        columns = {"note": note, "status": Value("open", output_field=CharField())}
        OrderSummary.Projection.columns = {**OrderSummary.Projection.columns, **columns}
