import gc
from dataclasses import dataclass

import pytest

from cqrs_write.exceptions import ConfigurationError
from cqrs_write.outbox import Event
from cqrs_write.outbox.checks import check_events
from cqrs_write.outbox.event import type_of
from cqrs_write.outbox.payload import validated


@dataclass(frozen=True, kw_only=True)
class OrderEvent(Event):
    """A base of others is an event of none of its own."""

    aggregate_type = "order"
    aggregate_id: int


@dataclass(frozen=True, kw_only=True)
class Shipped(OrderEvent):
    carrier: str


proper = dataclass(frozen=True, kw_only=True)


@pytest.fixture
def _forget_classes():
    """Classes that tests define are found by the checks of others until they are collected."""
    yield
    gc.collect()


def declared(decorate=proper, **members):
    """An event class with these members."""
    annotations = dict.fromkeys(members.pop("fields", ["aggregate_id"]), str)
    return decorate(
        type("Declared", (Event,), {"__annotations__": annotations, "__module__": __name__, **members})
    )


def test_an_event_has_a_type_and_an_aggregate():
    event = Shipped(aggregate_id=7, carrier="pigeon")

    assert type_of(Shipped) == "Shipped"
    assert event.aggregate == ("order", "7")
    assert validated(event) == (event, {"aggregate_id": 7, "carrier": "pigeon"})


@pytest.mark.usefixtures("_forget_classes")
def test_a_later_version_is_another_type():
    assert type_of(declared(version=3)) == "Declared.v3"


@pytest.mark.usefixtures("_forget_classes")
@pytest.mark.parametrize(
    ("event_class", "problem"),
    [
        (
            lambda: declared(aggregate_type="order", decorate=dataclass),
            "is not a frozen, keyword-only dataclass",
        ),
        (lambda: declared(aggregate_type="order", decorate=lambda cls: cls), "is not a frozen, keyword-only"),
        (declared, "has no aggregate_type"),
        (lambda: declared(aggregate_type=""), "has no aggregate_type"),
        (lambda: declared(aggregate_type="a" * 101), "has no aggregate_type"),
        (lambda: declared(aggregate_type="order", fields=["other"]), "has no aggregate_id"),
    ],
)
def test_e009_an_event_is_a_dataclass_that_names_its_aggregate(event_class, problem):
    mistaken = event_class()

    (error,) = [error for error in check_events() if error.obj is mistaken]
    assert (error.id, problem in error.msg, "aggregate_type =" in error.hint) == (
        "cqrs_write.E009",
        True,
        True,
    )
    arguments = dict.fromkeys(vars(mistaken)["__annotations__"], "7")
    event = mistaken(**arguments) if "__dataclass_fields__" in vars(mistaken) else mistaken()
    with pytest.raises(ConfigurationError, match=problem):
        validated(event)


def test_what_is_right_is_no_error():
    assert not [error for error in check_events() if error.obj in (OrderEvent, Shipped)]
