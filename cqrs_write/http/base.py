"""What views of commands have in common: who may ask, what is repeated, and what follows from the request."""

from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest, HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from cqrs_write.conf import settings
from cqrs_write.definition.command import Command
from cqrs_write.definition.handler import Handler
from cqrs_write.definition.registry import registry
from cqrs_write.http import correlation
from cqrs_write.http.idempotency import HEADER, Key, key_in, once
from cqrs_write.http.idempotency.fingerprint import fingerprint
from cqrs_write.http.idempotency.scope import check_secrecy, scope_of
from cqrs_write.http.problems import Problem, ProblemView, kinds
from cqrs_write.middleware import told


class CommandBaseView(ProblemView):
    """A view that turns POST requests into commands of one kind. Subclasses say how, in :meth:`answer`.

    An ``Idempotency-Key`` makes a request safe to repeat. The answer tells until when, in ``Idempotency-Expires``, and
    one that was given before says ``Idempotent-Replayed: true``.
    """

    command_class: ClassVar[type[Command]]
    using: ClassVar[str] = DEFAULT_DB_ALIAS
    """The database alias that the handler writes to."""

    idempotency_key_required: ClassVar[bool] = False
    idempotency_hours: ClassVar[float | None] = None
    """For how long an answer is repeated; ``CQRS_WRITE["IDEMPOTENCY_HOURS"]`` if None."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with correlation.following(request) as caused:
            response = super().dispatch(request, *args, **kwargs)
        return told(response, caused)

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.execute(request, *args, **kwargs)

    def execute(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer the request, or repeat what was answered to it before."""
        self.check_handler_permission(request)
        return self.answer_once(request)

    def answer(self, request: Request) -> Response:
        """Execute or accept what the request asks for."""
        raise NotImplementedError

    @property
    def handler(self) -> Handler:
        return registry.of(self.command_class)

    def check_handler_permission(self, request: Request) -> None:
        """Answer 403 to users without the permission that the handler names."""
        permission = self.handler.permission
        if permission and not (request.user and request.user.has_perm(permission)):
            self.permission_denied(request)

    def answer_once(self, request: Request) -> Response:
        key = self.get_idempotency_key(request)
        if key is None:
            return self.answer(request)
        hours = settings().idempotency_hours if self.idempotency_hours is None else self.idempotency_hours
        answered = once(
            key, partial(self._returned, request), lifetime=timedelta(hours=hours), using=self.using
        )
        self.headers.update(answered.headers)
        return answered.response

    def get_idempotency_key(self, request: Request) -> Key | None:
        """The request's key; None if it has none.

        Raises:
            Problem: 400, if it is malformed, or missing where it is required.
        """
        header = request.headers.get(HEADER)
        if header is None:
            if self.idempotency_key_required:
                raise Problem(
                    kinds.KEY_MISSING,
                    "Send the header with a text of your own, as a random UUID, and send the same again whenever you "
                    "repeat this request. It is executed once.",
                )
            return None
        text = key_in(header)
        check_secrecy(text, request)
        return Key(scope=self.get_idempotency_scope(request), text=text, fingerprint=fingerprint(request))

    def get_idempotency_scope(self, request: Request) -> str:
        """Whose keys these are, in at most 300 characters: the actor's, for the endpoint.

        Override it where more than users tells clients apart.
        """
        return scope_of(request)

    def _returned(self, request: Request) -> Response:
        """The answer, errors too: what is raised takes with it what is stored in the same transaction."""
        try:
            return self.answer(request)
        except Exception as error:  # noqa: BLE001  what no client may see is raised again
            return self.handle_exception(error)
