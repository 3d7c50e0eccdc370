"""The status resource: what became of an accepted command, for the one who sent it."""

from math import ceil
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer, SerializerMethodField

from cqrs_write import freshness, operations
from cqrs_write.actor import actor_text
from cqrs_write.conf import settings
from cqrs_write.http.location import status_url
from cqrs_write.http.openapi import Documented
from cqrs_write.http.problems import Problem, ProblemView, kinds
from cqrs_write.models import LoggedCommand
from cqrs_write.state import PENDING, State

VIEW_PERMISSION = "cqrs_write.view_loggedcommand"
CHANGE_PERMISSION = "cqrs_write.change_loggedcommand"


class CommandStatusSerializer(ModelSerializer[LoggedCommand]):
    """How a command stands. The order is that of a life: asked, accepted, finished, and what it came to."""

    retry_after = SerializerMethodField(
        help_text="Seconds after which to ask again; null when there is no need."
    )
    freshness_token = SerializerMethodField(
        help_text="Of reads that show the command's effect; null before it."
    )
    links = SerializerMethodField()

    class Meta:
        model = LoggedCommand
        fields = [
            *("id", "name", "state", "attempts", "accepted_at", "finished_at", "result"),
            *("not_before", "retry_after", "freshness_token", "links", "error"),
        ]
        extra_kwargs = {"id": {"source": "uuid"}}

    def get_retry_after(self, row: LoggedCommand) -> int | None:
        return retry_after(row)

    def get_freshness_token(self, row: LoggedCommand) -> str | None:
        # Asked for after the row was read: what it covers was committed before.
        return freshness.token(row._state.db) if row.state == State.DONE and row._state.db else None

    def get_links(self, row: LoggedCommand) -> dict[str, str]:
        return {"self": status_url(self.context["request"], row.uuid)}


class CommandStatus(ProblemView):
    """An accepted command. It is there for its actor, and for staff who may view the command log; for nobody else."""

    problem_json = True
    permission_classes = [AllowAny]
    serializer_class = CommandStatusSerializer
    schema = Documented("cqrs_write.http.openapi.operations.StatusOperation")

    def get(self, request: Request, uuid: UUID) -> Response:
        """How it stands; while it is pending, ``Retry-After`` tells when to ask again."""
        return self.describe(request, found(request, uuid))

    def delete(self, request: Request, uuid: UUID) -> Response:
        """Call it off, if no worker has it yet."""
        row = found(request, uuid)
        if not may_change(request.user, row):
            self.permission_denied(request)
        if row.state != State.CANCELLED:
            self.cancel(row)
            row.refresh_from_db()
        return self.describe(request, row)

    def cancel(self, row: LoggedCommand) -> None:
        """Call the command off.

        Raises:
            Problem: 409, if it is executed, or was.
        """
        if not operations.cancel([row.uuid], using=row._state.db or ""):
            row.refresh_from_db(fields=["state"])
            raise Problem(
                kinds.NOT_WAITING, f"It is {row.state}, and cannot be called off any more.", state=row.state
            )

    def describe(self, request: Request, row: LoggedCommand) -> Response:
        body = CommandStatusSerializer(row, context={"request": request}).data
        headers = {"Cache-Control": "no-store"}
        if body["retry_after"]:
            headers["Retry-After"] = str(body["retry_after"])
        return Response(body, headers=headers)


def found(request: Request, uuid: UUID) -> LoggedCommand:
    """The command.

    Raises:
        Http404: if there is none, or the client may not know of it.
    """
    row = find(uuid)
    if row is None or not may_see(request.user, row):
        raise Http404
    return row


def find(uuid: UUID) -> LoggedCommand | None:
    """The command, from whichever alias has it in its log."""
    for using in settings().databases:
        command = LoggedCommand.objects.using(using).filter(uuid=uuid).first()
        if command is not None:
            return command
    return None


def may_see(user: Any, command: LoggedCommand) -> bool:
    return _is_actor(user, command) or _is_staff_with(VIEW_PERMISSION, user)


def may_change(user: Any, command: LoggedCommand) -> bool:
    return _is_actor(user, command) or _is_staff_with(CHANGE_PERMISSION, user)


def retry_after(row: LoggedCommand) -> int | None:
    """Whole seconds after which it is worth asking again; None if the command is pending no more."""
    if row.state not in PENDING:
        return None
    wait = (row.not_before - timezone.now()).total_seconds() if row.not_before else 0.0
    return max(1, ceil(wait))


def _is_actor(user: Any, command: LoggedCommand) -> bool:
    return command.actor is not None and actor_text(user) == command.actor


def _is_staff_with(permission: str, user: Any) -> bool:
    return bool(user and user.is_staff and user.has_perm(permission))
