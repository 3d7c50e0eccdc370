"""The command log in the admin: to be read, and commands to be retried, discarded or called off."""

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from cqrs_write import operations
from cqrs_write.definition.registry import registry
from cqrs_write.definition.sensitive import redacted
from cqrs_write.models import LoggedCommand, OutboxEvent

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[LoggedCommand]
    OutboxModelAdmin = admin.ModelAdmin[OutboxEvent]
else:
    ModelAdmin = OutboxModelAdmin = admin.ModelAdmin


class ToLookAt:
    """Rows that nobody adds, changes or deletes by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(LoggedCommand)
class LoggedCommandAdmin(ToLookAt, ModelAdmin):
    list_display = ["uuid", "name", "state", "queue", "lane", "attempts", "accepted_at", "error"]
    list_filter = ["state", "queue", "name"]
    search_fields = ["uuid", "lane"]
    show_full_result_count = False
    actions = ["retry", "discard", "cancel"]
    fields = (
        *(
            "uuid",
            "name",
            "version",
            "state",
            "queue",
            "priority",
            "lane",
            "actor",
            "accepted_at",
            "finished_at",
        ),
        *(
            "attempts",
            "not_before",
            "shown_payload",
            "result",
            "error",
            "traceback",
            "worker",
            "marked_at",
            "lost",
        ),
        *("correlation_id", "causation_id", "traceparent", "expires_at"),
    )
    readonly_fields = fields

    @admin.display(description="payload")
    def shown_payload(self, command: LoggedCommand) -> str:
        handler = registry.known(command.name)
        return json.dumps(redacted(command.payload, handler.sensitive if handler else ()), ensure_ascii=False)

    def has_settle_permission(self, request: HttpRequest) -> bool:
        """Whether the user may decide about commands: the model's change permission."""
        return request.user.has_perm("cqrs_write.change_loggedcommand")

    @admin.action(description="Retry the selected dead commands", permissions=["settle"])
    def retry(self, request: HttpRequest, queryset: "QuerySet[LoggedCommand]") -> None:
        retried = operations.retry(queryset.values_list("uuid", flat=True), using=queryset.db)
        self._say(request, f"{len(retried)} dead commands are accepted again.")

    @admin.action(description="Discard the selected dead commands", permissions=["settle"])
    def discard(self, request: HttpRequest, queryset: "QuerySet[LoggedCommand]") -> None:
        discarded = operations.discard(queryset.values_list("uuid", flat=True), using=queryset.db)
        self._say(request, f"{len(discarded)} dead commands are discarded.")

    @admin.action(description="Call off the selected waiting commands", permissions=["settle"])
    def cancel(self, request: HttpRequest, queryset: "QuerySet[LoggedCommand]") -> None:
        cancelled = operations.cancel(queryset.values_list("uuid", flat=True), using=queryset.db)
        self._say(request, f"{len(cancelled)} waiting commands are cancelled.")

    def _say(self, request: HttpRequest, message: str) -> None:
        self.message_user(request, message, messages.SUCCESS)


@admin.register(OutboxEvent)
class OutboxEventAdmin(ToLookAt, OutboxModelAdmin):
    list_display = ["sequence", "type", "aggregatetype", "aggregateid", "occurred_at", "actor", "uuid"]
    # No filters: the values that they offer would be looked for in every event.
    search_fields = ["aggregateid__exact", "type__exact", "=uuid", "=correlation_id", "=causation_id"]
    search_help_text = "An aggregate's id, an event's type or UUID, a correlation, or the UUID of a command."
    show_full_result_count = False
    fields = (
        *("sequence", "uuid", "type", "aggregatetype", "aggregateid", "payload", "occurred_at"),
        *("actor", "correlation_id", "causation_id", "tracingspancontext"),
    )
    readonly_fields = fields
