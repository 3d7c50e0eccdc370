"""The command view: one request, one command, executed at once or accepted for later."""

from typing import Any, ClassVar

from django.db import DEFAULT_DB_ALIAS, transaction
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from cqrs_write.bus import accept, dispatch
from cqrs_write.definition.command import Command, load
from cqrs_write.definition.registry import registry
from cqrs_write.exceptions import CommandRejected, InvalidCommand
from cqrs_write.http.prefer import wants_async
from cqrs_write.http.status import status_url
from cqrs_write.models import LoggedCommand


class CommandView(APIView):
    """Turns a POST into a command; the answer is what :meth:`to_body` makes of the handler's result.

    With ``Prefer: respond-async`` the command is accepted instead: 202, and a ``Location`` that says how it
    went.
    Serve another method with ``put = CommandView.execute`` in a subclass.
    """

    command_class: ClassVar[type[Command]]
    serializer_class: ClassVar[type[BaseSerializer[Any]] | None] = None
    """Checks the request's data; what it validates are the command's fields."""

    success_status: ClassVar[int] = status.HTTP_201_CREATED
    using: ClassVar[str] = DEFAULT_DB_ALIAS

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.execute(request, *args, **kwargs)

    def execute(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        self.check_handler_permission(request)
        try:
            command = self.to_command(request)
            if wants_async(request.headers.get("Prefer", "")):
                return self.accept(request, command)
            result = dispatch(command, actor=request.user, using=self.using)
        except InvalidCommand as error:
            raise ValidationError({"detail": str(error)}) from error
        except CommandRejected as error:
            raise ValidationError(error.detail) from error
        return Response(self.to_body(result), status=self.success_status)

    def check_handler_permission(self, request: Request) -> None:
        """Answer 403 to users without the permission that the handler names."""
        permission = registry.of(self.command_class).permission
        if permission and not request.user.has_perm(permission):
            self.permission_denied(request)

    def to_command(self, request: Request) -> Command:
        """The command that the request asks for.

        Raises:
            ValidationError: with the body of the 400 answer.
        """
        if self.serializer_class is None:
            return load(self.command_class, request.data)
        serializer = self.serializer_class(data=request.data, context={"request": request, "view": self})
        serializer.is_valid(raise_exception=True)
        return load(self.command_class, serializer.validated_data)

    def to_body(self, result: Any) -> Any:
        """The body of the inline answer: the handler's result, unless overridden."""
        return result

    def accept(self, request: Request, command: Command) -> Response:
        # In one transaction: a command whose client learns no status URL must not be executed.
        with transaction.atomic(using=self.using):
            return self.accepted(request, accept(command, actor=request.user, using=self.using))

    def accepted(self, request: Request, row: LoggedCommand) -> Response:
        return Response(
            {"id": row.uuid, "state": row.state},
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": status_url(request, row), "Preference-Applied": "respond-async"},
        )
