from dataclasses import dataclass

import pytest

from cqrs_write import Command
from cqrs_write.definition.handler import Handler
from cqrs_write.definition.registry import Registry, registry
from cqrs_write.exceptions import ConfigurationError, UnknownName
from legacy_app.orders_cqrs.commands import PlaceOrder, place_order


@dataclass(frozen=True, kw_only=True)
class Lonely(Command):
    pass


Lonely.__module__ = "legacy_app.orders_cqrs.other"


def handle(command, context):
    return None


@pytest.fixture
def own() -> Registry:
    own = Registry()
    own.add(Handler(command=PlaceOrder, function=place_order))
    return own


def test_commands_of_installed_apps_are_discovered():
    handler = registry.named("orders_cqrs.PlaceOrder")

    assert handler == registry.of(PlaceOrder)
    assert (handler.function, handler.queue, handler.dead) == (place_order, "orders", "pass")


def test_an_unknown_name_lists_what_exists(own):
    with pytest.raises(UnknownName, match=r"'orders_cqrs.Nothing'. There are: orders_cqrs.PlaceOrder"):
        own.named("orders_cqrs.Nothing")


def test_a_handler_that_is_added_or_removed_later_is_known_or_not(own):
    handler = Handler(command=Lonely, function=handle)
    own.add(handler)
    assert own.named("orders_cqrs.Lonely") == handler

    own.remove(handler)
    with pytest.raises(UnknownName):
        own.named("orders_cqrs.Lonely")


def test_a_command_without_a_handler_says_so(own):
    with pytest.raises(ConfigurationError, match=r"orders_cqrs\.Lonely needs exactly one .* it has none"):
        own.of(Lonely)


def test_of_two_handlers_neither_is_given_out(own):
    own.add(Handler(command=PlaceOrder, function=handle))

    with pytest.raises(ConfigurationError, match=r"commands\.placing\.place_order, .*test_registry\.handle"):
        own.of(PlaceOrder)
    with pytest.raises(ConfigurationError):
        own.named("orders_cqrs.PlaceOrder")
