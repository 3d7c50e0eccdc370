"""The command view: one request, one command, executed at once or accepted for later."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import transaction
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from cqrs_write.bus import append, dispatch, logged
from cqrs_write.conf import settings
from cqrs_write.definition.command import Command, load
from cqrs_write.exceptions import ConfigurationError
from cqrs_write.http import back_pressure, precondition, prefer
from cqrs_write.http.base import CommandBaseView
from cqrs_write.http.location import status_url
from cqrs_write.http.openapi import Documented
from cqrs_write.http.outcome import result_of
from cqrs_write.http.problems import Problem, kinds
from cqrs_write.http.request_data import command_from, data_of
from cqrs_write.http.waiting import place, settled_within
from cqrs_write.models import LoggedCommand


class CommandView(CommandBaseView):
    """Turns a POST into a command; the answer is what :meth:`to_body` makes of the handler's result.

    With ``Prefer: respond-async`` the command is accepted instead: 202, and a ``Location`` that says how it
    went. With ``respond-async, wait=5`` that is the answer only if there is no result within five seconds.
    Serve another method with ``put = CommandView.execute`` in a subclass.
    """

    serializer_class: ClassVar[type[BaseSerializer[Any]] | None] = None
    """Checks the request's data; what it validates are the command's fields."""

    success_status: ClassVar[int] = status.HTTP_201_CREATED

    precondition_required: ClassVar[bool] = False
    """Whether a request must name the state that it was decided upon, in ``If-Match``."""

    schema = Documented("cqrs_write.http.openapi.operations.CommandOperation")

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """The view, as Django wants it.

        Raises:
            ConfigurationError: if ``If-Match`` is required and there is no ETag to compare it with.
        """
        if initkwargs.get("precondition_required", cls.precondition_required) and not cls.has_etag():
            raise ConfigurationError(
                f"{cls.__module__}.{cls.__qualname__} requires If-Match and has no ETag. Define get_etag(request)."
            )
        return super().as_view(**initkwargs)

    def execute(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.await_result(request, super().execute(request, *args, **kwargs))

    def answer(self, request: Request) -> Response:
        command = self.to_command(request)
        if prefer.wants_async(request.headers.get("Prefer", "")):
            return self.accept(request, command)
        with self.precondition(request):
            result = dispatch(command, actor=request.user, using=self.using)
        return Response(self.to_body(result), status=self.success_status)

    def to_command(self, request: Request) -> Command:
        """The command that the request asks for.

        Raises:
            ValidationError: with the body of the 400 answer.
        """
        if self.serializer_class is None:
            return command_from(self.command_class, data_of(request))
        serializer = self.serializer_class(data=request.data, context={"request": request, "view": self})
        serializer.is_valid(raise_exception=True)
        return load(self.command_class, serializer.validated_data)

    def to_body(self, result: Any) -> Any:
        """The body of the inline answer: the handler's result, unless overridden."""
        return result

    def get_etag(self, request: Request) -> str | None:
        """The ETag of what the command changes, as it is now; None if there is no such thing.

        Define it to have ``If-Match`` looked at. It is called in the transaction of the command: read with
        ``select_for_update()``, and nobody changes anything between the comparison and the handler. A command that
        is accepted for later is compared when it is accepted, and its handler finds what is there then.
        """
        raise NotImplementedError

    @contextmanager
    def precondition(self, request: Request) -> Iterator[None]:
        """A block that is executed upon the state that the request names, in one transaction with the comparison.

        Raises:
            Problem: 412 if the state is another, 428 if none is named where it is required.
        """
        if_match = request.headers.get("If-Match")
        if if_match is None and self.precondition_required:
            raise Problem(
                kinds.PRECONDITION_MISSING,
                "Send If-Match with the ETag of what you have seen, so that nobody's change is lost.",
            )
        if if_match is None or not self.has_etag():
            yield
            return
        with transaction.atomic(using=self.using):
            precondition.check(if_match, self.get_etag(request))
            yield

    def accept(self, request: Request, command: Command) -> Response:
        back_pressure.check(self.handler.queue, self.using)
        row = logged(command, actor=request.user)
        # Made first: a command whose client learns no status URL must not be executed.
        response = self.accepted(request, row)
        # Whether it really waits is looked at later: a wrong guess costs one message.
        hurry = "wait" in request.headers.get("Prefer", "")
        with self.precondition(request):
            append([row], using=self.using, hurry=hurry)
        return response

    def accepted(self, request: Request, row: LoggedCommand) -> Response:
        """The answer 202 for the command that ``row`` stands for; it is written to the command log thereafter."""
        return Response(
            {"id": row.uuid, "state": row.state},
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": status_url(request, row.uuid), prefer.APPLIED: prefer.ASYNC},
        )

    def await_result(self, request: Request, response: Response) -> Response:
        """The answer of an accepted command, if the client would wait and the command is settled in time.

        Not within a transaction, which no worker sees before it ends; nor if too many requests wait already.
        """
        seconds = prefer.wait_seconds(request.headers.get("Prefer", ""), settings().wait_seconds)
        if response.status_code != status.HTTP_202_ACCEPTED or not seconds or self._is_in_transaction():
            return response
        with place() as given:
            if not given:
                return response
            row = settled_within(seconds, response.data["id"], self.using)
        waited = f"wait={seconds:g}"
        if row is None:
            self.headers[prefer.APPLIED] = f"{prefer.ASYNC}, {waited}"
            return response
        self.headers[prefer.APPLIED] = waited
        return self.settled(request, row)

    def settled(self, request: Request, row: LoggedCommand) -> Response:
        """What would have been answered, had the command been executed within the request."""
        result = result_of(row, status_url(request, row.uuid))
        return Response(self.to_body(result), status=self.success_status)

    @classmethod
    def has_etag(cls) -> bool:
        """Whether there is something to compare ``If-Match`` with."""
        return cls.get_etag is not CommandView.get_etag

    @classmethod
    def takes_fields(cls) -> bool:
        """Whether the request's data are the command's fields."""
        return cls.serializer_class is None and cls.to_command is CommandView.to_command

    @classmethod
    def answers_result(cls) -> bool:
        """Whether the body of the inline answer is the handler's result as it is."""
        return cls.to_body is CommandView.to_body

    def _is_in_transaction(self) -> bool:
        connection = transaction.get_connection(self.using)
        return connection.in_atomic_block or not connection.get_autocommit()
