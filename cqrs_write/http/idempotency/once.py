"""Once: the first request with a key is answered, and every other one with what that was answered.

Lock, read, execute, store: in one transaction, so that neither a crash nor another process comes between the command's
effect and the answer. The lock is tried and never waited for, so that fifty clients who repeat themselves at the same
time do not hold fifty connections; who does not get it still reads, since the one who has it may be a reader too. On
SQLite, where one writes at a time, they wait, and get the answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.http import http_date
from rest_framework.response import Response
from rest_framework.views import set_rollback

from cqrs_write.backends import load
from cqrs_write.http.idempotency.key import Key
from cqrs_write.http.idempotency.stored import find, is_kept, is_valid, keep, repeated
from cqrs_write.http.problems import Problem, kinds
from cqrs_write.models import IdempotentAnswer

EXPIRES = "Idempotency-Expires"
"""The header that tells until when the answer is repeated; the draft asks to publish that, and names none."""

REPLAYED = "Idempotent-Replayed"
"""The header of an answer that was given before."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """An answer, whether it was given before, and until when it will be given again; None for not at all."""

    response: Response
    replayed: bool
    until: datetime | None

    @property
    def headers(self) -> dict[str, str]:
        expires = {EXPIRES: http_date(self.until.timestamp())} if self.until else {}
        return {**expires, **({REPLAYED: "true"} if self.replayed else {})}


def once(key: Key, answer: Callable[[], Response], *, lifetime: timedelta, using: str) -> Answered:
    """What ``answer`` returns, or has returned to the first request with ``key``.

    Args:
        key: of the request.
        answer: executes it. Errors that a client may see are returned: what is raised is not stored.
        lifetime: for how long the answer is stored.
        using: the alias that the command's effect is on.

    Raises:
        Problem: 409 while the first request is still being answered, 422 if it had other content.
        Exception: what ``answer`` raises; nothing took effect then.
    """
    with transaction.atomic(using=using):
        # In this order: what the last holder of the lock has stored is seen by a statement that begins afterwards.
        locked = load("cqrs_write", "lanes", using).lock(using, key.lock)
        stored = find(key, using)
        if stored and is_valid(stored):
            return _again(stored, key)
        if not locked:
            raise Problem(
                kinds.KEY_IN_USE,
                "The first request with this key is not finished. Repeat it in a moment to learn what came of it.",
                headers={"Retry-After": "1"},
            )
        if stored:
            stored.delete()
        response = _answered(answer, using)
        if is_kept(response):
            kept = keep(key, response, lifetime, using)
            return Answered(response=response, replayed=False, until=kept.expires_at)
    # As after any error: the transaction of the whole request, if it has one, is not to be committed.
    set_rollback()
    return Answered(response=response, replayed=False, until=None)


def _again(stored: IdempotentAnswer, key: Key) -> Answered:
    if stored.fingerprint != key.fingerprint:
        raise Problem(
            kinds.KEY_REUSED,
            "The first request with this key had another path or another body. Send a new key for a new request.",
        )
    return Answered(response=repeated(stored), replayed=True, until=stored.expires_at)


def _answered(answer: Callable[[], Response], using: str) -> Response:
    """The answer; of one that is an error nothing but that remains."""
    with transaction.atomic(using=using):
        response = answer()
        if response.status_code >= 400:
            transaction.set_rollback(True, using=using)
    return response
