"""A command: an immutable request to change something."""

from typing import Any, ClassVar, TypeVar

from django.apps import apps
from pydantic import TypeAdapter, ValidationError

from cqrs_write.definition.storable import unstorable
from cqrs_write.exceptions import ConfigurationError, InvalidCommand

C = TypeVar("C", bound="Command")


class Command:
    """Base of commands. Each is a ``@dataclass(frozen=True, kw_only=True)`` in its app's commands.py."""

    version: ClassVar[int] = 1
    """Raise it when a field changes its name or its meaning, and say with ``@upcasts`` what becomes of the commands
    that were accepted before. A new field with a default needs neither."""


def name_of(command_class: type[Command]) -> str:
    """The identity of a command: its app's label and its class's name, ``orders_cqrs.PlaceOrder``.

    Raises:
        ConfigurationError: if the class is not in an installed app.
    """
    app = apps.get_containing_app_config(command_class.__module__)
    if app is None:
        raise ConfigurationError(
            f"{command_class.__module__}.{command_class.__qualname__} is in no installed app. "
            "Define it in the commands.py of an app that INSTALLED_APPS lists."
        )
    return f"{app.label}.{command_class.__name__}"


def is_installed(command_class: type[Command]) -> bool:
    return apps.get_containing_app_config(command_class.__module__) is not None


def is_proper(command_class: type[Command]) -> bool:
    """Whether the class itself (not only a base of it) is a frozen, keyword-only dataclass."""
    declared: Any = vars(command_class)
    if "__dataclass_params__" not in declared or not declared["__dataclass_params__"].frozen:
        return False
    return all(field.kw_only for field in declared["__dataclass_fields__"].values())


def dump(command: Command) -> dict[str, Any]:
    """The command as JSON values: its payload in the command log."""
    payload: dict[str, Any] = _adapter(type(command)).dump_python(command, mode="json", warnings=False)
    return payload


def load(command_class: type[C], payload: Any) -> C:
    """The command that ``payload`` describes, every field converted to its declared type.

    Raises:
        InvalidCommand: naming the command, the first wrong field and how many others are wrong.
    """
    try:
        command: C = _adapter(command_class).validate_python(payload)
    except ValidationError as error:
        raise InvalidCommand(f"{name_of(command_class)}: {summary(error)}") from error
    return command


def validated(command: C) -> tuple[C, dict[str, Any]]:
    """The command as the log would give it back, and its payload.

    A handler sees the same values, whether the command comes from a caller in this process or from the log.

    Raises:
        InvalidCommand: if a field is not of its declared type, or the log could not keep it.
    """
    command = load(type(command), dump(command))
    payload = dump(command)
    if problem := unstorable(payload):
        raise InvalidCommand(f"{name_of(type(command))}: {problem}")
    return command, payload


_adapters: dict[type[Command], TypeAdapter[Any]] = {}


def _adapter(command_class: type[Command]) -> TypeAdapter[Any]:
    """The converter of a command's fields; costs milliseconds to make, so it is kept."""
    if command_class not in _adapters:
        _adapters[command_class] = TypeAdapter(command_class)
    return _adapters[command_class]


def summary(error: ValidationError) -> str:
    """The first wrong field, and how many others are wrong."""
    first, *others = error.errors(include_url=False, include_input=False, include_context=False)
    place = ".".join(str(part) for part in first["loc"]) or "payload"
    more = f" (and {len(others)} more)" if others else ""
    return f"{place}: {first['msg']}{more}."
