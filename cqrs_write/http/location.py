"""Where the status resource of a command is."""

from uuid import UUID

from django.urls import NoReverseMatch, reverse
from rest_framework.request import Request

from cqrs_write.exceptions import ConfigurationError


def status_url(request: Request, uuid: UUID) -> str:
    """The absolute URL of the status resource of the command ``uuid``.

    Raises:
        ConfigurationError: if the project has not included ``cqrs_write.urls``.
    """
    try:
        path = reverse("cqrs_write:command", args=[uuid])
    except NoReverseMatch as error:
        raise ConfigurationError(
            'Accepted commands have no status resource. Add path("api/cqrs/", include("cqrs_write.urls")) to the '
            "project's urlpatterns."
        ) from error
    return request.build_absolute_uri(path)
