"""The status resource: what became of an accepted command, for the one who sent it."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import NoReverseMatch, reverse
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer
from rest_framework.views import APIView

from cqrs_write.actor import actor_text
from cqrs_write.conf import settings
from cqrs_write.exceptions import ConfigurationError
from cqrs_write.models import LoggedCommand

VIEW_PERMISSION = "cqrs_write.view_loggedcommand"


class CommandStatusSerializer(ModelSerializer[LoggedCommand]):
    class Meta:
        model = LoggedCommand
        fields = ["id", "name", "state", "attempts", "accepted_at", "finished_at", "result", "error"]
        extra_kwargs = {"id": {"source": "uuid"}}


class CommandStatus(APIView):
    """GET answers with the command's state; 404 to everybody but its actor and staff who may view the log."""

    permission_classes = [AllowAny]
    serializer_class = CommandStatusSerializer

    def get(self, request: Request, uuid: UUID) -> Response:
        command = find(uuid)
        if command is None or not may_see(request.user, command):
            raise Http404
        return Response(CommandStatusSerializer(command).data, headers={"Cache-Control": "no-store"})


def status_url(request: Request, command: LoggedCommand) -> str:
    """The absolute URL of the command's status resource.

    Raises:
        ConfigurationError: if the project has not included ``cqrs_write.urls``.
    """
    try:
        path = reverse("cqrs_write:command", args=[command.uuid])
    except NoReverseMatch as error:
        raise ConfigurationError(
            'Accepted commands have no status resource. Add path("cqrs/", include("cqrs_write.urls")) to the '
            "project's urlpatterns."
        ) from error
    return request.build_absolute_uri(path)


def find(uuid: UUID) -> LoggedCommand | None:
    """The command, from whichever alias has it in its log."""
    for using in settings().databases:
        command = LoggedCommand.objects.using(using).filter(uuid=uuid).first()
        if command is not None:
            return command
    return None


def may_see(user: Any, command: LoggedCommand) -> bool:
    if command.actor is not None and actor_text(user) == command.actor:
        return True
    return bool(user.is_staff and user.has_perm(VIEW_PERMISSION))
