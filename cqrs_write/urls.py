"""The status resource; a project includes these URLs under a prefix of its choice."""

from django.urls import path

from cqrs_write.http.status import CommandStatus

app_name = "cqrs_write"

urlpatterns = [path("commands/<uuid:uuid>/", CommandStatus.as_view(), name="command")]
