"""A read model has one name, by which it is found."""

import pytest

from cqrs_read.declaration.read_model import name_of, read_model_named
from cqrs_write.exceptions import UnknownName
from legacy_app.orders_cqrs.read_models import OrderSummary


def test_it_is_found_by_its_name() -> None:
    assert read_model_named(name_of(OrderSummary)) is OrderSummary


def test_an_unknown_name_lists_what_exists() -> None:
    with pytest.raises(
        UnknownName, match=r"Unknown read model 'X'\. There are: .*, orders_cqrs\.OrderSummary,"
    ):
        read_model_named("X")
