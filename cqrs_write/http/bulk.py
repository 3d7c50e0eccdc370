"""The bulk view: many commands of one kind in one request, each checked for itself, accepted together."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from cqrs_write.bus import append, logged
from cqrs_write.definition.command import Command
from cqrs_write.exceptions import CommandRejected, InvalidCommand
from cqrs_write.http import back_pressure, prefer
from cqrs_write.http.base import CommandBaseView
from cqrs_write.http.location import status_url
from cqrs_write.http.openapi import Documented
from cqrs_write.http.problems import Problem, kinds
from cqrs_write.http.problems.translation import body_of
from cqrs_write.http.request_data import command_from, data_of
from cqrs_write.models import LoggedCommand

ANY = UUID(int=0)
"""Stands for every command's identity in a URL."""

MEMBER = "commands"


class BulkCommandView(CommandBaseView):
    """Accepts the commands in a JSON list, or in ``{"commands": [...]}``, with one INSERT.

    The answer has an entry for each, in order: its status, and its id and location or what is wrong with it. 202 if all
    were accepted, 207 if some were, 400 if none was. Nothing is executed within the request.
    """

    problem_json = True

    max_commands: ClassVar[int] = 1000
    """A longer list is refused as a whole, with 413."""

    schema = Documented("cqrs_write.http.openapi.operations.BulkOperation")

    def answer(self, request: Request) -> Response:
        items, anywhere = self.items(request), status_url(request, ANY)
        back_pressure.check(self.handler.queue, self.using)
        checked = [self.checked(request, item) for item in items]
        rows = [one for one in checked if isinstance(one, LoggedCommand)]
        append(rows, using=self.using)
        entries = [entry_of(one, anywhere) for one in checked]
        if not rows:
            detail = f"There is something wrong with each of the {len(items)}."
            return Problem(kinds.NONE_ACCEPTED, detail, commands=entries).response()
        some = status.HTTP_202_ACCEPTED if len(rows) == len(items) else status.HTTP_207_MULTI_STATUS
        return Response({MEMBER: entries}, status=some, headers=self.applied(request))

    def to_command(self, request: Request, data: Any) -> Command:
        """The command that one entry of the list asks for.

        Raises:
            InvalidCommand, CommandRejected, APIException: what is wrong with it; the others do not suffer from it.
        """
        return command_from(self.command_class, data)

    def items(self, request: Request) -> list[Any]:
        """The entries of the list.

        Raises:
            InvalidCommand: if there is none.
            Problem: 413, if it is too long.
        """
        data = data_of(request)
        items = data.get(MEMBER) if isinstance(data, dict) else data
        if not isinstance(items, list) or not items:
            raise InvalidCommand(f'{self.handler.name}: send a list of commands, or {{"{MEMBER}": [...]}}.')
        if len(items) > self.max_commands:
            raise Problem(
                kinds.TOO_MANY_COMMANDS,
                f"There are {len(items)}, and may be {self.max_commands}. Send them in several requests.",
            )
        return items

    def checked(self, request: Request, item: Any) -> LoggedCommand | dict[str, Any]:
        """The row of the command log for one entry of the list, not yet written; or the problem with the entry."""
        try:
            return logged(self.to_command(request, item), actor=request.user)
        except (InvalidCommand, CommandRejected) as error:
            return body_of(error, status.HTTP_400_BAD_REQUEST)
        except APIException as error:
            if error.status_code >= status.HTTP_500_INTERNAL_SERVER_ERROR:
                raise
            return body_of(error, error.status_code)

    def applied(self, request: Request) -> dict[str, str]:
        wanted = prefer.wants_async(request.headers.get("Prefer", ""))
        return {prefer.APPLIED: prefer.ASYNC} if wanted else {}


def entry_of(one: LoggedCommand | dict[str, Any], anywhere: str) -> dict[str, Any]:
    """What is told of an entry of the list: where its command is, or what is wrong with it.

    Args:
        anywhere: the URL of the status resource of the command :data:`ANY`.
    """
    if isinstance(one, LoggedCommand):
        location = anywhere.replace(str(ANY), str(one.uuid))
        return {"status": status.HTTP_202_ACCEPTED, "id": one.uuid, "location": location}
    return {"status": one["status"], "error": one}
