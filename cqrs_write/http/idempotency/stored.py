"""Stored answers: what was answered to a key, kept until it expires."""

import json
from datetime import timedelta

from django.utils import timezone
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from cqrs_write.http.idempotency.key import Key
from cqrs_write.models import IdempotentAnswer

HEADERS = ("Location", "Content-Location", "ETag", "Last-Modified", "Link", "Preference-Applied")
"""What is repeated with the answer; the others are the view's or the middleware's, and made anew."""

NOT_KEPT = {401, 403, 412, 428, 429}
"""Errors that say who may ask, how often and upon which state, and nothing of what came of the command."""


def is_kept(response: Response) -> bool:
    return response.status_code < 500 and response.status_code not in NOT_KEPT


def find(key: Key, using: str) -> IdempotentAnswer | None:
    """What was answered to ``key``, whatever the content that it came with, and even if it has expired."""
    return IdempotentAnswer.objects.using(using).filter(scope=key.scope, key=key.text).first()


def is_valid(answer: IdempotentAnswer) -> bool:
    return answer.expires_at > timezone.now()


def keep(key: Key, response: Response, lifetime: timedelta, using: str) -> IdempotentAnswer:
    """Store the answer."""
    now = timezone.now()
    headers = {name: response[name] for name in HEADERS if name in response}
    return IdempotentAnswer.objects.using(using).create(
        scope=key.scope,
        key=key.text,
        fingerprint=key.fingerprint,
        status=response.status_code,
        headers={**headers, **({"Content-Type": response.content_type} if response.content_type else {})},
        # As text: the database would bring the members into another order, and can store any character's escape.
        body=json.dumps(response.data, cls=JSONEncoder, allow_nan=False),
        created_at=now,
        expires_at=now + lifetime,
    )


def repeated(answer: IdempotentAnswer) -> Response:
    """The same answer once more."""
    headers = dict(answer.headers)
    content_type = headers.pop("Content-Type", None)
    return Response(
        json.loads(str(answer.body)),
        status=answer.status,
        headers=headers,
        content_type=content_type,
        exception=answer.status >= 400,
    )
