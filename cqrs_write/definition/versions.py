"""Versions: a command that was accepted before a deployment is executed after it."""

from collections.abc import Callable
from typing import Any, TypeVar

from cqrs_write.definition.command import Command, name_of
from cqrs_write.exceptions import InvalidCommand, NewerVersion

U = TypeVar("U", bound=Callable[[dict[str, Any]], dict[str, Any]])

_upcasters: dict[tuple[type[Command], int], Callable[[dict[str, Any]], dict[str, Any]]] = {}


def upcasts(command: type[Command], *, version: int) -> Callable[[U], U]:
    """Make the decorated function turn a payload of ``version`` into one of the next version::

        @upcasts(PlaceOrder, version=1)
        def with_currency(payload):
            return {**payload, "currency": "EUR"}

    Args:
        command: the command's class, of a higher version.
        version: of the payloads that the function is given.
    """

    def register(function: U) -> U:
        _upcasters[command, version] = function
        return function

    return register


def upcast(command: type[Command], payload: Any, version: int) -> Any:
    """The payload as the class's own version has it.

    Raises:
        NewerVersion: if this process has older code than the one that accepted the command.
        InvalidCommand: if an upcaster is missing, or fails.
    """
    if version > command.version:
        raise NewerVersion(
            f"{name_of(command)} was accepted in version {version}; this process knows version {command.version}. "
            "A worker with the newer code will execute it."
        )
    for step in range(version, command.version):
        function = _upcasters.get((command, step))
        if function is None:
            raise InvalidCommand(
                f"{name_of(command)}: nothing leads from version {step} to {step + 1}. Write an @upcasts function."
            )
        try:
            payload = function(payload)
        except Exception as error:
            raise InvalidCommand(
                f"{name_of(command)}: {function.__qualname__} failed on a payload of version {step}: "
                f"{type(error).__name__}: {error}"
            ) from error
    return payload


def missing(command: type[Command]) -> list[int]:
    """The versions from which no upcaster leads on."""
    return [step for step in range(1, command.version) if (command, step) not in _upcasters]


def forget(command: type[Command]) -> None:
    """Drop the upcasters of a command: for tests that define one."""
    for known in [key for key in _upcasters if key[0] is command]:
        del _upcasters[known]
