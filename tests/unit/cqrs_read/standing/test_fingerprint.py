"""The fingerprint of a declaration: what it computes, values included."""

from typing import Any

import pytest
from django.db import models
from django.db.models import Count, F, Q, Value
from django.test.utils import isolate_apps

from cqrs_read import ReadModel
from cqrs_read.standing.state import fingerprint
from legacy_app.orders.models import Order

pytestmark = pytest.mark.django_db


@isolate_apps("legacy_app.orders_cqrs")
def of(columns: dict[str, Any], condition: Q) -> str:
    projection = type("Projection", (), {"source": Order, "columns": columns, "filter": condition})

    class Probe(ReadModel):
        id = models.BigIntegerField(primary_key=True)
        note = models.TextField()
        paid = models.IntegerField()

        Projection = projection

        class Meta:
            app_label = "orders_cqrs"

    return fingerprint(Probe)


def paid(status: str) -> dict[str, Any]:
    return {"paid": Count("payments", filter=Q(payments__status=status)), "note": F("note")}


def test_the_same_declaration_has_the_same() -> None:
    assert of(paid("captured"), Q(status="paid")) == of(paid("captured"), Q(status="paid"))


def test_another_value_in_a_column_or_in_the_filter_makes_another() -> None:
    declared = [
        of(paid("captured"), Q(status="paid")),
        of(paid("failed"), Q(status="paid")),
        of(paid("captured"), Q(status="new")),
        of({**paid("captured"), "note": Value("none", output_field=models.TextField())}, Q(status="paid")),
        of({**paid("captured"), "note": Value("some", output_field=models.TextField())}, Q(status="paid")),
    ]
    assert len(set(declared)) == len(declared)


def test_the_values_of_in_have_no_order() -> None:
    """A set of texts is gone through in another order by each process."""
    one, other = ["paid", "new", "shipped"], ["shipped", "paid", "new"]
    assert of(paid("captured"), Q(status__in=one)) == of(paid("captured"), Q(status__in=other))
    assert of(paid("captured"), Q(status__in=one)) != of(paid("captured"), Q(status__in=["paid", "new", "x"]))


def test_swapped_values_make_another() -> None:
    assert of(paid("captured"), Q(note="a", number="b")) != of(paid("captured"), Q(note="b", number="a"))
