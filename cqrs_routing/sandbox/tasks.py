"""Celery tasks and messages to a broker: they count as sent, and are not; nor does an eager task run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from celery import Celery, Task, canvas
from celery.backends.base import DisabledBackend
from celery.result import AsyncResult, GroupResult
from celery.utils import uuid
from kombu import Producer

from cqrs_routing.sandbox.active import Sandbox, active
from cqrs_routing.sandbox.patching import Method, replace


def install() -> None:
    replace(Task, "apply_async", apply_async)
    replace(Celery, "send_task", send_task)
    for name in ("_chain", "_chord", "group"):
        replace(getattr(canvas, name), "apply_async", apply_canvas)
    replace(Producer, "publish", publish)


class SuppressedResult(AsyncResult):  # type: ignore[type-arg]
    """The result of a task that was not sent: pending for ever, and known to no backend."""

    def __init__(self, id: str, app: Any) -> None:
        super().__init__(id, backend=DisabledBackend(app), app=app)

    def _get_task_meta(self) -> dict[str, Any]:
        return {"status": "PENDING", "result": None}

    def get(self, *args: Any, **kwargs: Any) -> Any:
        """Refused at once: nobody is going to run the task that the caller would wait for."""
        sandbox = active.get()
        if sandbox is None:
            return super().get(*args, **kwargs)
        raise sandbox.refuse("task", f"wait for the result of {self.id}")

    wait = get


def apply_async(original: Method) -> Method:
    def replacement(
        self: Any,
        args: Any = None,
        kwargs: Any = None,
        task_id: str | None = None,
        *more: Any,
        **options: Any,
    ) -> Any:
        sandbox = active.get()
        if sandbox is None:
            return original(self, args, kwargs, task_id, *more, **options)
        sandbox.suppress("task", self.name)
        return SuppressedResult(task_id or uuid(), self.app)

    return replacement


def send_task(original: Method) -> Method:
    def replacement(self: Any, name: str, *args: Any, **options: Any) -> Any:
        sandbox = active.get()
        if sandbox is None:
            return original(self, name, *args, **options)
        sandbox.suppress("task", name)
        return SuppressedResult(options.get("task_id") or uuid(), self)

    return replacement


def apply_canvas(original: Method) -> Method:
    def replacement(self: Any, *args: Any, **options: Any) -> Any:
        sandbox = active.get()
        if sandbox is None:
            return original(self, *args, **options)
        # chord(header)(body) hands the body over here.
        body = (args[1] if len(args) > 1 else options.get("kwargs") or {}).get("body")
        return suppressed(sandbox, self, *filter(None, [body]))

    return replacement


def publish(original: Method) -> Method:
    def replacement(self: Any, *args: Any, **options: Any) -> Any:
        sandbox = active.get()
        if sandbox is None:
            return original(self, *args, **options)
        exchange = options.get("exchange") or self.exchange
        routing_key = options.get("routing_key") or self.routing_key
        name = getattr(exchange, "name", exchange)
        sandbox.suppress("message", f"to exchange '{name or ''}' by '{routing_key or ''}'")
        return None

    return replacement


def suppressed(sandbox: Sandbox, signature: Any, *bodies: Any) -> Any:
    """Record every task of ``signature`` and ``bodies``, and return the result that sending it would have."""
    for sent in (signature, *bodies):
        for name in task_names(sent):
            sandbox.suppress("task", name)
    if isinstance(signature, canvas.group):
        results: list[Any] = [SuppressedResult(uuid(), signature.app) for _ in signature.tasks]
        return GroupResult(uuid(), results, app=signature.app)
    return SuppressedResult(uuid(), signature.app)


def task_names(signature: Any) -> Iterator[str]:
    """The tasks in ``signature``, which may be a chain of groups of chains, with the body of a chord last."""
    parts = getattr(signature, "tasks", None)
    if parts is None:
        yield signature["task"]
        return
    parts = parts.tasks if isinstance(parts, canvas.group) else parts
    for part in [*parts, *filter(None, [getattr(signature, "body", None)])]:
        yield from task_names(part)
