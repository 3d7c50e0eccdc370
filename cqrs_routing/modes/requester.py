"""The requester: who asks, found out before any view has, and without leaving a trace of that."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request

from cqrs_routing.declaration.endpoint import View


def requester(request: HttpRequest, view: View) -> Any | None:
    """The user who asks: of the session, else as the authentication classes of a REST framework view say.

    Takes the queries that these take. Afterwards the request is as it was: it has no user that it had not, and
    nobody seems to have looked at the session, for which ``Vary: Cookie`` would be added to the response.
    """
    session = getattr(request, "session", None)
    looked_at = getattr(session, "accessed", False)
    try:
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            user = authenticated(request, view)
    finally:
        if session is not None:
            session.accessed = looked_at
    return user


def authenticated(request: HttpRequest, view: View) -> Any | None:
    view_class = getattr(view, "cls", None) or getattr(view, "view_class", None)
    classes = getattr(view_class, "authentication_classes", ())
    before = vars(request).get("user")
    try:
        user = Request(request, authenticators=[authenticator() for authenticator in classes]).user
    except Exception:  # noqa: BLE001  whoever cannot be authenticated is refused by the view
        return None
    finally:
        if before is not None:
            request.user = before
    return user if user is not None and user.is_authenticated else None
