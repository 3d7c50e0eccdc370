"""Which handler executes which command."""

from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeVar

from cqrs_write.command import Command, is_installed, name_of
from cqrs_write.exceptions import ConfigurationError, UnknownName
from cqrs_write.handler import DEFAULT_QUEUE, Handler
from cqrs_write.retry import Retry

C = TypeVar("C", bound=Command)
F = TypeVar("F", bound=Callable[..., Any])


class Registry:
    """The handlers of every app's commands.py, by command.

    A second handler for a command is kept, so that a system check can name both; neither is given out.
    """

    def __init__(self) -> None:
        self._handlers: dict[type[Command], list[Handler]] = {}
        self._by_name: dict[str, type[Command]] | None = None

    def add(self, handler: Handler) -> None:
        self._handlers.setdefault(handler.command, []).append(handler)
        self._by_name = None

    def remove(self, handler: Handler) -> None:
        """Forget a handler: for tests that define one."""
        self._handlers[handler.command].remove(handler)
        if not self._handlers[handler.command]:
            del self._handlers[handler.command]
        self._by_name = None

    def __iter__(self) -> Iterator[Handler]:
        return (handler for handlers in self._handlers.values() for handler in handlers)

    def of(self, command_class: type[Command]) -> Handler:
        """The handler of a command's class.

        Raises:
            ConfigurationError: if it has no handler, or two.
        """
        handlers = self._handlers.get(command_class, [])
        if len(handlers) != 1:
            places = ", ".join(handler.place for handler in handlers) or "none"
            raise ConfigurationError(
                f"{name_of(command_class)} needs exactly one handler; it has {places}. "
                "Decorate one function with @handles, in the commands.py of an installed app."
            )
        return handlers[0]

    def named(self, name: str) -> Handler:
        """The handler of the command called ``name``, as ``orders_cqrs.PlaceOrder``.

        Raises:
            UnknownName: if no command is called so.
        """
        if self._by_name is None:
            self._by_name = {name_of(command): command for command in self._handlers if is_installed(command)}
        if name not in self._by_name:
            raise UnknownName("command", name, list(self._by_name))
        return self.of(self._by_name[name])


registry = Registry()


def handles(
    command: type[C],
    *,
    lane: Callable[[C], str] | None = None,
    permission: str | None = None,
    queue: str = DEFAULT_QUEUE,
    retry: Retry | None = None,
    dead: Literal["pass", "hold"] = "pass",
) -> Callable[[F], F]:
    """Make the decorated function, called with (command, context), the handler of ``command``.

    Args:
        command: the command's class.
        lane: from a command to the text of its lane; commands of one lane run one after another. A lane lives
            in one queue: across queues its commands exclude each other, but keep no order.
        permission: what an HTTP client's user must be permitted, ``app.codename``.
        queue: the queue of the command log, and the Celery queue whose workers serve it.
        retry: which failures pass by themselves; none by default.
        dead: whether a dead command lets the lane pass, or holds it until a person retries or discards it.
            A retrying command always holds. ``pass`` is the default because a lane is usually a customer:
            one poisoned command must not stop the customer's business until somebody wakes up, and a handler
            checks its preconditions anyway. Ask for ``hold`` where a command is wrong without the one before.
    """

    def register(function: F) -> F:
        registry.add(
            Handler(
                command=command,
                function=function,
                lane=lane,
                permission=permission,
                queue=queue,
                retry=retry or Retry(),
                dead=dead,
            )
        )
        return function

    return register
