from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.core.checks import CheckMessage, run_checks
from django.db import connections
from psycopg import IsolationLevel

from cqrs_write import checks
from cqrs_write.definition.command import Command
from cqrs_write.definition.handler import Handler
from cqrs_write.definition.registry import registry

HOME = "legacy_app.orders_cqrs.commands"


@dataclass(frozen=True, kw_only=True)
class Template(Command):
    number: int


def handle(command, context):
    return None


def command_of(name: str, module: str = HOME, base: type[Command] = Template) -> type[Command]:
    """A proper command, as if ``module`` defined it."""
    return dataclass(frozen=True, kw_only=True)(type(name, (base,), {"__module__": module}))


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Declare commands and handlers for the length of a test."""
    commands: list[type[Command]] = []
    handlers: list[Handler] = []
    monkeypatch.setattr(checks, "_subclasses", lambda base: iter(commands))

    def declare(*new: type[Command] | Handler) -> None:
        for one in new:
            if isinstance(one, Handler):
                handlers.append(one)
                registry.add(one)
            else:
                commands.append(one)

    yield declare
    for handler in handlers:
        registry.remove(handler)


def found(number: str) -> list[CheckMessage]:
    return [message for message in run_checks() if message.id == f"cqrs_write.{number}"]


def test_the_sample_has_no_mistakes():
    assert [message for message in run_checks() if (message.id or "").startswith("cqrs_write.E00")] == []


def test_e001_a_command_that_is_no_frozen_dataclass(declare):
    declare(type("Thawed", (Command,), {"__module__": HOME}))

    (message,) = found("E001")
    assert message.msg == "orders_cqrs.Thawed is not a frozen, keyword-only dataclass."
    assert "@dataclass(frozen=True, kw_only=True)" in message.hint


def test_e002_a_command_without_a_handler(declare):
    base = command_of("Base")
    handled = command_of("Handled", base=base)
    declare(base, handled, Handler(command=handled, function=handle))
    assert found("E002") == []

    declare(command_of("Forgotten"))
    (message,) = found("E002")
    assert message.msg == "orders_cqrs.Forgotten has no handler."


def test_e002_commands_that_no_app_discovers_are_nobodys_business(declare):
    declare(command_of("Elsewhere", "legacy_app.orders_cqrs.other"), command_of("Stray", "stray"))

    assert found("E002") == []


def test_e003_two_handlers_for_a_command(declare):
    command = command_of("Torn")
    declare(command, Handler(command=command, function=handle), Handler(command=command, function=handle))

    (message,) = found("E003")
    assert message.msg.startswith("orders_cqrs.Torn has 2 handlers: ")


def test_e004_two_commands_of_one_name(declare):
    declare(command_of("Twin"), command_of("Twin", f"{HOME}.more"))

    (message,) = found("E004")
    assert message.msg == f"orders_cqrs.Twin is the name of 2 commands, in {HOME}, {HOME}.more."


async def coroutine(command, context):
    return None


def test_e005_a_function_that_cannot_be_called_as_a_handler(declare):
    command = command_of("Odd")
    declare(command, Handler(command=command, function=lambda command: None))
    assert "<lambda> cannot be called as a handler of orders_cqrs.Odd" in found("E005")[0].msg

    declare(Handler(command=command, function=coroutine))
    assert len(found("E005")) == 2


def test_e006_a_rule_for_dead_commands_that_does_not_exist(declare):
    command = command_of("Ruled")
    declare(command, Handler(command=command, function=handle, dead="stop"))

    (message,) = found("E006")
    assert "with dead='stop'" in message.msg
    assert message.hint == "Write one of 'pass', 'hold'."


def test_e007_a_handled_command_that_is_in_no_app(declare):
    declare(Handler(command=Template, function=handle))

    (message,) = found("E007")
    assert "test_checks.Template, which is in no installed app" in message.msg


@pytest.mark.sqlite
def test_w001_sqlite_transactions_that_begin_by_reading(monkeypatch):
    assert found("W001") == []
    monkeypatch.setitem(connections["default"].settings_dict["OPTIONS"], "transaction_mode", "DEFERRED")

    assert 'Set its OPTIONS to {"transaction_mode": "IMMEDIATE"}' in found("W001")[0].msg


@pytest.mark.postgresql
def test_w001_postgresql_transactions_that_are_too_isolated(monkeypatch):
    assert found("W001") == []
    for strict in (IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE):
        monkeypatch.setitem(connections["default"].settings_dict["OPTIONS"], "isolation_level", strict)
        assert "READ COMMITTED" in found("W001")[0].msg


def test_w001_a_database_that_is_neither(monkeypatch):
    monkeypatch.setattr(type(connections["default"]), "vendor", "oracle")

    assert "The database 'default' is oracle" in checks.check_databases()[0].msg
