"""Settings of the write side: the ``CQRS_WRITE`` dictionary, typed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, TypeVar

from django.conf import settings as django_settings
from django.core.signals import setting_changed

from cqrs_write.exceptions import ConfigurationError

S = TypeVar("S")


def typed(name: str, schema: type[S]) -> Callable[[], S]:
    """A reader of the Django setting ``name``, whose upper-case keys fill the dataclass ``schema``.

    The dictionary is read at first use and again whenever ``override_settings`` changes it.

    Raises:
        ConfigurationError: on a key that ``schema`` does not have.
    """

    @cache
    def read() -> S:
        given: dict[str, Any] = getattr(django_settings, name, {})
        known = {field.name.upper(): field.name for field in fields(schema)}  # type: ignore[arg-type]
        if unknown := sorted(set(given) - set(known)):
            raise ConfigurationError(
                f"{name} has no key {', '.join(unknown)}. There are: {', '.join(known)}."
            )
        return schema(**{known[key]: value for key, value in given.items()})

    def forget(*, setting: str, **kwargs: Any) -> None:
        if setting == name:
            read.cache_clear()

    setting_changed.connect(forget, weak=False)
    return read


@dataclass(frozen=True, kw_only=True)
class WriteSettings:
    """Keys of ``CQRS_WRITE`` (upper case there), with their defaults."""

    capture: bool = True
    """Install triggers when ``migrate`` has run, and check them. Switch off for databases of tests that need none."""

    change_log_max_bytes: int = 2 * 1024**3
    """Bytes of unconsumed changes above which those who are furthest behind are given up, and repaired instead."""

    databases: tuple[str, ...] = ("default",)
    """Aliases with a command log and a change log, for the sweep, the trim and the status resource."""

    wakeup_interval: float = 0.1
    """Seconds between two wake-ups that one process sends for the same queue, if nobody waits for the result."""

    deployment_seconds: float = 30.0
    """Seconds for which a command that no handler here knows waits for a worker with newer code, before it is dead."""

    max_lost: int = 5
    """Workers that may be lost over one command before it is dead."""

    drain_seconds: float = 10.0
    """Seconds that a worker gives to one queue before it lets other tasks of its Celery queue have a turn."""

    idempotency_hours: float = 24.0
    """For how long an answer is repeated to a request that brings the same ``Idempotency-Key``."""

    wait_seconds: float = 10.0
    """Seconds that a request with ``Prefer: respond-async, wait=N`` waits at most."""

    waiting_requests: int = 4
    """Requests of one process that wait at the same time; each keeps a thread. Others are answered with 202 at once."""

    queue_limits: Mapping[str, int] | None = None
    """By queue, how many commands may wait in it before further ones are refused over HTTP, with 503."""

    outbox_hours: float = 72.0
    """Hours for which an event stays in the outbox. Debezium reads PostgreSQL's log and needs no row for any time; it
    is there to be looked at. Who publishes by reading the table must have read it within that time."""


settings = typed("CQRS_WRITE", WriteSettings)
