from dataclasses import FrozenInstanceError, dataclass, fields
from datetime import date
from decimal import Decimal

import pytest

from cqrs_write.definition.command import Command, dump, is_proper, load, name_of, validated
from cqrs_write.exceptions import ConfigurationError, InvalidCommand
from legacy_app.orders_cqrs.commands import OrderLineInput, PlaceOrder


def place(**changes):
    lines = (OrderLineInput(sku="A-1", quantity=2),)
    return PlaceOrder(**{"customer_id": 1, "lines": lines, **changes})


@dataclass(frozen=True, kw_only=True)
class Pay(Command):
    amount: Decimal
    due: date | None = None


Pay.__module__ = "legacy_app.orders_cqrs.other"


def test_its_name_is_the_label_of_its_app_and_its_own():
    assert name_of(PlaceOrder) == "orders_cqrs.PlaceOrder"


def test_a_class_outside_of_every_app_has_no_name():
    @dataclass(frozen=True, kw_only=True)
    class Stray(Command):
        pass

    with pytest.raises(ConfigurationError, match="Stray is in no installed app"):
        name_of(Stray)


def test_it_comes_back_from_its_payload_as_it_was():
    for command in (place(), place(note="x"), Pay(amount=Decimal("1.10"), due=date(2026, 1, 2))):
        assert load(type(command), dump(command)) == command


def test_its_payload_is_json():
    assert dump(place()) == {"customer_id": 1, "lines": [{"sku": "A-1", "quantity": 2}], "note": ""}
    assert dump(Pay(amount=Decimal("1.10"))) == {"amount": "1.10", "due": None}


def test_values_take_the_types_that_are_declared():
    command, payload = validated(place(customer_id="7", lines=[{"sku": "A-1", "quantity": "2"}]))

    assert command == place(customer_id=7)
    assert payload == dump(command)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"customer_id": "x"}, "customer_id: Input should be a valid integer"),
        ({"lines": ()}, "lines: Tuple should have at least 1 item"),
        ({"lines": [{"sku": "A-1", "quantity": 0}]}, r"lines\.0\.quantity: Input should be greater"),
        ({"customer_id": "x", "note": 5}, r"and 1 more"),
    ],
)
def test_a_wrong_field_is_named(changes, problem):
    with pytest.raises(InvalidCommand, match=r"^orders_cqrs\.PlaceOrder: .*" + problem):
        validated(place(**changes))


def test_it_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        place().note = "x"


def test_only_a_frozen_keyword_only_dataclass_of_its_own_is_proper():
    class Inherits(Pay):
        pass

    @dataclass(kw_only=True)
    class Thawed(Command):
        pass

    @dataclass(frozen=True)
    class Positional(Command):
        number: int

    assert is_proper(PlaceOrder)
    assert is_proper(Pay)
    assert [is_proper(one) for one in (Command, Inherits, Thawed, Positional)] == [False] * 4
    assert [field.name for field in fields(Pay)] == ["amount", "due"]
