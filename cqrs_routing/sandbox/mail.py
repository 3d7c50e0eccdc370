"""Mail, with any backend: it counts as sent, and is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from cqrs_routing.sandbox.active import Sandbox, active
from cqrs_routing.sandbox.patching import Method, replace, replace_in_family


def install() -> None:
    replace(EmailMessage, "send", send)
    replace_in_family(BaseEmailBackend, {"open": open_connection, "send_messages": send_messages})


def send(original: Method) -> Method:
    def replacement(self: Any, *args: Any, **kwargs: Any) -> Any:
        sandbox = active.get()
        if sandbox is None:
            return original(self, *args, **kwargs)
        return suppressed(sandbox, [self])

    return replacement


def send_messages(original: Method) -> Method:
    def replacement(self: Any, email_messages: Any) -> Any:
        sandbox = active.get()
        if sandbox is None:
            return original(self, email_messages)
        return suppressed(sandbox, email_messages or [])

    return replacement


def open_connection(original: Method) -> Method:
    def replacement(self: Any) -> Any:
        return original(self) if active.get() is None else None

    return replacement


def suppressed(sandbox: Sandbox, messages: Sequence[Any]) -> int:
    """Record ``messages``; return how many a backend would have sent: those with a recipient."""
    sent = 0
    for message in messages:
        if recipients := len(message.recipients()):
            sent += 1
            people = "1 recipient" if recipients == 1 else f"{recipients} recipients"
            sandbox.suppress("mail", f"{people}: {message.subject}")
    return sent
