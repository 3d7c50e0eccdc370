"""A copy of a request: the handler may do with it what it likes, the legacy view gets it as it came."""

from __future__ import annotations

from copy import copy, deepcopy
from io import BytesIO
from typing import Any

from django.contrib import auth
from django.core.handlers.wsgi import WSGIRequest
from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import LazyObject, SimpleLazyObject

from cqrs_routing.serving.throttles import unthrottled

LARGEST = 1024 * 1024
"""Bytes of a body that is read twice; an upload is not."""

MADE = ("_post", "_files", "_read_started", "_stream", "headers")
"""What is made of the body and of META, each time anew."""

SERVERS = frozenset({"META", "environ", "scope"})
"""What the server says of the request, with its sockets and streams: those cannot be copied, and need not be."""

MUTABLE = (Model, LazyObject, dict, list, set)
"""What other middleware has put on the request, and a view may change."""


class NotCopied(Exception):
    """A request whose body is large, or has been read by somebody else."""


def copied(request: HttpRequest) -> HttpRequest:
    """A request like ``request``, with a body, a session and messages of its own, and without preferences.

    RFC 7240 leaves it to the server to honour ``Prefer``, and a command that is only accepted changes nothing that
    could be compared.

    Raises:
        NotCopied: that cannot be had.
    """
    body = body_of(request)
    clone = copy(request)
    for name, value in list(vars(request).items()):
        # By its type: to ask a lazy object for its class would have it find out what it stands for.
        if name not in SERVERS and issubclass(type(value), MUTABLE):
            setattr(clone, name, deepcopy(value))
    for name in MADE:
        vars(clone).pop(name, None)
    vars(clone).update(_body=body, _read_started=False, _stream=BytesIO(body))
    clone.META = dict(request.META)
    if isinstance(clone, WSGIRequest):
        clone.environ = {**clone.environ, "wsgi.input": BytesIO(body)}
        clone.META = clone.environ
    clone.META.pop("HTTP_PREFER", None)
    detach(request, clone)
    unthrottled(clone)
    return clone


def body_of(request: HttpRequest) -> bytes:
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
            raise NotCopied
        return request.body
    except NotCopied:
        raise
    except Exception as error:  # it has been read, or is refused: the legacy view is going to say so
        raise NotCopied from error


def detach(request: Any, clone: Any) -> None:
    """Give the clone a session, a user and messages that nobody else sees."""
    if hasattr(request, "session"):
        clone.session = copy(request.session)
        if "_session_cache" in vars(request.session):
            clone.session._session_cache = deepcopy(request.session._session_cache)
    user = vars(request).get("user")
    if isinstance(user, SimpleLazyObject) and hasattr(request, "session"):
        vars(clone).pop("_cached_user", None)
        clone.user = SimpleLazyObject(lambda: auth.get_user(clone))
    elif user is not None:
        clone.user = copy(user)
    messages = vars(request).get("_messages")
    if messages is not None:
        clone._messages = copy(messages)
        clone._messages.request, clone._messages._queued_messages = clone, list(messages._queued_messages)
