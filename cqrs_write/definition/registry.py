"""Which handler executes which command."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Literal, TypeVar

from cqrs_write.definition.batch import Batch
from cqrs_write.definition.command import Command, is_installed, name_of
from cqrs_write.definition.handler import DEFAULT_QUEUE, DEFAULT_RETENTION, DEFAULT_TIME_LIMIT, Handler
from cqrs_write.definition.retry import Retry
from cqrs_write.exceptions import ConfigurationError, CqrsError, UnknownName

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

    def known(self, name: str) -> Handler | None:
        """The same, or None."""
        try:
            return self.named(name)
        except CqrsError:
            return None

    def retention_of(self, name: str) -> timedelta:
        """How long a settled command stays in the log; one that no handler knows any more stays as long as most."""
        handler = self.known(name)
        return handler.retention if handler else DEFAULT_RETENTION


registry = Registry()


def handles(
    command: type[C],
    *,
    lane: Callable[[C], str] | None = None,
    permission: str | None = None,
    queue: str = DEFAULT_QUEUE,
    priority: int = 0,
    retry: Retry | None = None,
    time_limit: float = DEFAULT_TIME_LIMIT,
    dead: Literal["pass", "hold"] = "pass",
    sensitive: Iterable[str] = (),
    retention: timedelta = DEFAULT_RETENTION,
    in_sequence: bool = False,
    group: bool = False,
) -> Callable[[F], F]:
    """Make the decorated function, called with (command, context), the handler of ``command``.

    Args:
        command: the command's class.
        lane: from a command to the text of its lane; commands of one lane run one after another. A lane lives
            in one queue and one priority: across these its commands exclude each other, but keep no order.
        permission: what an HTTP client's user must be permitted, ``app.codename``.
        queue: the queue of the command log, and the Celery queue whose workers serve it.
        priority: commands of a higher one go first, within a queue.
        retry: which failures pass by themselves; none by default.
        time_limit: seconds that an attempt may take before it is ended, and made again.
        dead: whether a dead command lets the lane pass, or holds it until a person retries or discards it.
            A retrying command always holds. ``pass`` is the default because a lane is usually a customer:
            one poisoned command must not stop the customer's business until somebody wakes up, and a handler
            checks its preconditions anyway. Ask for ``hold`` where a command is wrong without the one before.
        sensitive: fields whose values are shown nowhere, and leave the command log when the command is settled.
        retention: how long a settled command stays in the log. Dead ones stay until somebody decides.
        in_sequence: whether an acceptance waits for those before it in its lane to be committed. Without, commands
            that are accepted at the same time have no order among each other; one that is sent when another was
            acknowledged is always behind it.
        group: whether it may share a transaction with other commands, which is faster. Where one fails, all are
            rolled back and executed singly: the function must have no effect outside the database but by
            ``context.on_commit``.
    """
    return _registered(
        partial(
            Handler,
            command=command,
            lane=lane,
            permission=permission,
            queue=queue,
            priority=priority,
            retry=retry or Retry(),
            time_limit=time_limit,
            dead=dead,
            sensitive=tuple(sensitive),
            retention=retention,
            in_sequence=in_sequence,
            group=group,
        )
    )


def handles_batch(
    command: type[C],
    *,
    key: Callable[[C], Any] | str | None = None,
    coalesce: Callable[[C], Any] | str | None = None,
    max_size: int = 500,
    max_wait: float = 0.1,
    shards: int = 8,
    permission: str | None = None,
    queue: str = DEFAULT_QUEUE,
    priority: int = 0,
    retry: Retry | None = None,
    time_limit: float = DEFAULT_TIME_LIMIT,
    sensitive: Iterable[str] = (),
    retention: timedelta = DEFAULT_RETENTION,
) -> Callable[[F], F]:
    """Make the decorated function, called with (commands, context), the handler of many of ``command`` at once.

    It returns None, or a list with one result for each command. Where it raises, the batch is rolled back and halved
    until those that fail are found: only these are retried, or dead. It must have no effect outside the database but
    by ``context.on_commit``.

    Args:
        key: the field, or a function, that tells the key; commands of one key are executed in order of acceptance.
        coalesce: the same, and of commands with the same key only the newest is executed; the others are done with it.
        max_size: commands in one transaction.
        max_wait: seconds that the first of a batch waits for others.
        shards: lanes that the keys are spread over; so many workers can be at it.

    The others are those of :func:`handles`. The context is a :class:`~cqrs_write.definition.context.BatchContext`.
    """
    return _registered(
        partial(
            Handler,
            command=command,
            batch=Batch(
                key=key if coalesce is None else coalesce,
                coalesce=coalesce is not None,
                max_size=max_size,
                max_wait=max_wait,
                shards=shards,
            ),
            permission=permission,
            queue=queue,
            priority=priority,
            retry=retry or Retry(),
            time_limit=time_limit,
            sensitive=tuple(sensitive),
            retention=retention,
        )
    )


def _registered(terms: Callable[..., Handler]) -> Callable[[F], F]:
    def register(function: F) -> F:
        registry.add(terms(function=function))
        return function

    return register
