"""System checks of commands and handlers: mistakes in a declaration, found before anything runs."""

import inspect
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning, register

from cqrs_write.backends import load
from cqrs_write.capture.checks import register_capture_checks
from cqrs_write.conf import settings
from cqrs_write.definition.command import Command, is_installed, is_proper, name_of
from cqrs_write.definition.handler import DEAD_RULES, Handler
from cqrs_write.definition.registry import registry
from cqrs_write.exceptions import CqrsError
from cqrs_write.outbox.checks import register_outbox_checks

DISCOVERED = "commands"
"""The module of an app in which commands and handlers are looked for."""


def register_checks() -> None:
    for check in (
        check_dataclasses,
        check_handled,
        check_handled_once,
        check_names,
        check_signatures,
        check_dead_rules,
        check_apps,
        check_databases,
        check_queue_limits,
    ):
        register(check)
    register_capture_checks()
    register_outbox_checks()


def check_dataclasses(**kwargs: Any) -> list[CheckMessage]:
    """cqrs_write.E001: every command is a frozen, keyword-only dataclass."""
    return [
        Error(
            f"{_label(command)} is not a frozen, keyword-only dataclass.",
            hint="Decorate the class with @dataclass(frozen=True, kw_only=True).",
            obj=command,
            id="cqrs_write.E001",
        )
        for command in defined_commands()
        if not is_proper(command)
    ]


def check_handled(**kwargs: Any) -> list[CheckMessage]:
    """cqrs_write.E002: every command that is not a base of others has a handler."""
    handled = {handler.command for handler in registry}
    return [
        Error(
            f"{_label(command)} has no handler.",
            hint="Decorate a function with @handles in the app's commands.py, or delete the command.",
            obj=command,
            id="cqrs_write.E002",
        )
        for command in defined_commands()
        if command not in handled and not command.__subclasses__()
    ]


def check_handled_once(**kwargs: Any) -> list[CheckMessage]:
    """cqrs_write.E003: no command has two handlers."""
    by_command: dict[type[Command], list[Handler]] = defaultdict(list)
    for handler in registry:
        by_command[handler.command].append(handler)
    return [
        Error(
            f"{_label(command)} has {len(handlers)} handlers: "
            f"{', '.join(handler.place for handler in handlers)}.",
            hint="Keep one of them. What else shall happen is part of it, or a command of its own.",
            obj=command,
            id="cqrs_write.E003",
        )
        for command, handlers in by_command.items()
        if len(handlers) > 1
    ]


def check_names(**kwargs: Any) -> list[CheckMessage]:
    """cqrs_write.E004: no two commands of an app have the same name."""
    by_name: dict[str, list[type[Command]]] = defaultdict(list)
    for command in dict.fromkeys([*defined_commands(), *(handler.command for handler in registry)]):
        by_name[_label(command)].append(command)
    return [
        Error(
            f"{name} is the name of {len(commands)} commands, in "
            f"{', '.join(sorted(command.__module__ for command in commands))}.",
            hint="The command log knows commands by app label and class name: rename one of them.",
            id="cqrs_write.E004",
        )
        for name, commands in by_name.items()
        if len(commands) > 1
    ]


def check_signatures(**kwargs: Any) -> list[CheckMessage]:
    """cqrs_write.E005: every handler is a plain function that takes a command and a context."""
    return [
        Error(
            f"{handler.place} cannot be called as a handler of {_label(handler.command)}.",
            hint="Define it as: def handler(command, context). A coroutine function is none.",
            obj=handler.function,
            id="cqrs_write.E005",
        )
        for handler in registry
        if not _is_callable_as_handler(handler.function)
    ]


def check_dead_rules(**kwargs: Any) -> list[CheckMessage]:
    """cqrs_write.E006: what a dead command does to its lane is one of two words."""
    return [
        Error(
            f"{handler.place} handles {_label(handler.command)} with dead={handler.dead!r}.",
            hint=f"Write one of {', '.join(map(repr, DEAD_RULES))}.",
            obj=handler.function,
            id="cqrs_write.E006",
        )
        for handler in registry
        if handler.dead not in DEAD_RULES
    ]


def check_apps(**kwargs: Any) -> list[CheckMessage]:
    """cqrs_write.E007: every command that is handled belongs to an installed app."""
    return [
        Error(
            f"{handler.place} handles {_label(handler.command)}, which is in no installed app.",
            hint="Define the command in the commands.py of an app that INSTALLED_APPS lists.",
            obj=handler.function,
            id="cqrs_write.E007",
        )
        for handler in registry
        if not is_installed(handler.command)
    ]


def check_databases(**kwargs: Any) -> list[CheckMessage]:
    """cqrs_write.W001: transactions on aliases with a command log are what workers need."""
    return [
        Warning(problem, id="cqrs_write.W001")
        for using in settings().databases
        if (problem := _misconfigured(using))
    ]


def check_queue_limits(**kwargs: Any) -> list[CheckMessage]:
    """cqrs_write.W003: a limit is that of a queue which some handler names."""
    queues = {handler.queue for handler in registry}
    return [
        Warning(
            f"CQRS_WRITE['QUEUE_LIMITS'] has a limit for the queue '{queue}', which no handler names.",
            hint=f"Handlers name: {', '.join(sorted(queues)) or 'none'}. Correct the name, or delete the limit.",
            id="cqrs_write.W003",
        )
        for queue in settings().queue_limits or {}
        if queue not in queues
    ]


def defined_commands() -> Iterator[type[Command]]:
    """The command classes of every installed app's commands module (or package)."""
    for command in _subclasses(Command):
        app = apps.get_containing_app_config(command.__module__)
        if app and f"{command.__module__}.".startswith(f"{app.name}.{DISCOVERED}."):
            yield command


def _label(command: type[Command]) -> str:
    return name_of(command) if is_installed(command) else f"{command.__module__}.{command.__qualname__}"


def _subclasses(command: type[Command]) -> Iterator[type[Command]]:
    for subclass in command.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _is_callable_as_handler(function: Any) -> bool:
    if inspect.iscoroutinefunction(function):
        return False
    try:
        inspect.signature(function).bind("command", "context")
    except TypeError:
        return False
    return True


def _misconfigured(using: str) -> str | None:
    try:
        problem: str | None = load("cqrs_write", "lanes", using).misconfigured(using)
    except CqrsError as error:
        return str(error)
    return problem
