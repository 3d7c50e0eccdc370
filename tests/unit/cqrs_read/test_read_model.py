"""A read model's rows follow from its source: nobody writes them through the ORM."""

from typing import Any

import pytest

from cqrs_read.exceptions import ReadModelIsReadOnly
from cqrs_read.read_model import read_model_named
from cqrs_write.exceptions import UnknownName
from legacy_app.orders_cqrs.read_models import OrderSummary


@pytest.mark.parametrize(
    "write",
    [
        lambda: OrderSummary(id=1).save(),
        lambda: OrderSummary(id=1).delete(),
        lambda: OrderSummary.objects.create(id=1),
        lambda: OrderSummary.objects.update(status="paid"),
        lambda: OrderSummary.objects.filter(id=1).delete(),
        lambda: OrderSummary.objects.bulk_create([OrderSummary(id=1)]),
        lambda: OrderSummary.objects.bulk_update([OrderSummary(id=1)], ["status"]),
        lambda: OrderSummary.objects.get_or_create(id=1),
        lambda: OrderSummary.objects.update_or_create(id=1),
    ],
)
def test_writing_is_refused(write: Any) -> None:
    with pytest.raises(
        ReadModelIsReadOnly, match=r"orders_cqrs\.OrderSummary .+ orders\.Order\. Write there\."
    ):
        write()


def test_an_unknown_name_lists_what_exists() -> None:
    with pytest.raises(UnknownName, match=r"Unknown read model 'X'\. There are: orders_cqrs\.OrderSummary\."):
        read_model_named("X")
