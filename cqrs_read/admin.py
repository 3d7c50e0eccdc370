"""Read models and their runs in the admin: refresh and backfill own these rows; people stop runs and let them go on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from cqrs_read import backfill
from cqrs_read.backfill.report import time_left
from cqrs_read.declaration.read_model import ReadModel, name_of, read_models
from cqrs_read.lag import EXAMPLES, status_of
from cqrs_read.models import BackfillRun, Backlog, ReadModelState
from cqrs_read.store.parking import try_again_now
from cqrs_write.admin import ToLookAt
from cqrs_write.exceptions import CqrsError


class ReadModelAdmin(ToLookAt, admin.ModelAdmin):  # type: ignore[type-arg]  # no brackets at run time
    """Base of a read model's own admin: list and detail to look at, nothing to add, change or delete::

    @admin.register(OrderSummary)
    class OrderSummaryAdmin(ReadModelAdmin):
        list_display = ["number", "customer_name", "total"]
    """

    show_full_result_count = False


@admin.register(ReadModelState)
class ReadModelStateAdmin(ToLookAt, admin.ModelAdmin):  # type: ignore[type-arg]  # no brackets at run time
    """Every read model that was ever filled, with its lag at this moment."""

    list_display = ["name", "state", "lag", "problem", "refreshed_at"]
    actions = ["fill"]

    @admin.display
    def state(self, state: ReadModelState) -> str:
        return self._status(state, "state")

    @admin.display
    def lag(self, state: ReadModelState) -> str:
        return f"{self._status(state, 'lag_seconds')} s"

    @admin.display
    def problem(self, state: ReadModelState) -> str:
        return self._status(state, "reason")

    def has_fill_permission(self, request: HttpRequest) -> bool:
        """Whether the user may begin runs: the permission to change them."""
        return request.user.has_perm("cqrs_read.change_backfillrun")

    @admin.action(description="Compute every row of the selected read models anew", permissions=["fill"])
    def fill(self, request: HttpRequest, queryset: "QuerySet[ReadModelState]") -> None:
        begun = [
            model for state in queryset if (model := _declared(state.name)) and self._begin(request, model)
        ]
        if begun:
            names = ", ".join(map(name_of, begun))
            self.message_user(request, f"Begun, by the refresher: {names}.", messages.SUCCESS)

    def _begin(self, request: HttpRequest, read_model: type[ReadModel]) -> bool:
        try:
            if backfill.running(read_model) is None:
                backfill.start(read_model)
        except CqrsError as error:
            self.message_user(request, str(error), messages.ERROR)
            return False
        return True

    def _status(self, state: ReadModelState, part: str) -> str:
        model = _declared(state.name)
        return str(getattr(status_of(model), part)) if model else "no longer declared"


@admin.register(BackfillRun)
class BackfillRunAdmin(ToLookAt, admin.ModelAdmin):  # type: ignore[type-arg]  # no brackets at run time
    """Every pass over a read model's keys, the newest first."""

    list_display = [
        "read_model",
        "kind",
        "state",
        "rows",
        "speed",
        "left",
        "throttled_by",
        "started_at",
        "error",
    ]
    list_filter = ["state", "kind", "read_model"]
    readonly_fields = ["speed", "left"]
    actions = ["pause", "resume", "cancel"]

    @admin.display(description="rows/s")
    def speed(self, run: BackfillRun) -> str:
        return f"{run.rate:,.0f}" if run.rate else ""

    @admin.display(description="time left")
    def left(self, run: BackfillRun) -> str:
        model = _declared(run.read_model)
        seconds = time_left(model, run) if model else None
        return "" if seconds is None else str(timedelta(seconds=round(seconds)))

    def has_stop_permission(self, request: HttpRequest) -> bool:
        """Whether the user may act on runs: the permission to change them."""
        return request.user.has_perm("cqrs_read.change_backfillrun")

    @admin.action(description="Pause the selected runs", permissions=["stop"])
    def pause(self, request: HttpRequest, queryset: "QuerySet[BackfillRun]") -> None:
        self._act(request, queryset, lambda run: backfill.pause(run, f"by {request.user}"), "paused")

    @admin.action(description="Let the selected runs go on", permissions=["stop"])
    def resume(self, request: HttpRequest, queryset: "QuerySet[BackfillRun]") -> None:
        self._act(request, queryset, backfill.resume, "running again")

    @admin.action(description="Cancel the selected runs", permissions=["stop"])
    def cancel(self, request: HttpRequest, queryset: "QuerySet[BackfillRun]") -> None:
        self._act(request, queryset, lambda run: backfill.cancel(run, f"by {request.user}"), "cancelled")

    def _act(
        self,
        request: HttpRequest,
        queryset: "QuerySet[BackfillRun]",
        act: Callable[[BackfillRun], bool],
        outcome: str,
    ) -> None:
        done = 0
        for run in queryset:
            try:
                done += act(run)
            except CqrsError as error:
                self.message_user(request, str(error), messages.ERROR)
        self.message_user(
            request, f"{done} runs are {outcome}.", messages.SUCCESS if done else messages.WARNING
        )


@admin.register(Backlog)
class BacklogAdmin(ToLookAt, admin.ModelAdmin):  # type: ignore[type-arg]  # no brackets at run time
    """What waits, and what could not be stored, with its cause and the next try."""

    list_display = ["read_model", "kind", "some_keys", "error", "attempts", "not_before", "logged_at"]
    list_filter = ["kind", "read_model"]
    show_full_result_count = False
    actions = ["try_again"]

    @admin.display(description="keys")
    def some_keys(self, row: Backlog) -> str:
        more = f" and {len(row.keys) - EXAMPLES:,} more" if len(row.keys) > EXAMPLES else ""
        return f"{', '.join(row.keys[:EXAMPLES])}{more}"

    def has_try_permission(self, request: HttpRequest) -> bool:
        """Whether the user may hurry: the permission to change the backlog."""
        return request.user.has_perm("cqrs_read.change_backlog")

    @admin.action(description="Try the selected keys again now", permissions=["try"])
    def try_again(self, request: HttpRequest, queryset: "QuerySet[Backlog]") -> None:
        hurried = try_again_now(queryset)
        level = messages.SUCCESS if hurried else messages.WARNING
        self.message_user(request, f"{hurried} are due now; the refresher tries them.", level)


def _declared(name: str) -> Any:
    """The read model of that name, or None if the code no longer has it."""
    return {name_of(model): model for model in read_models()}.get(name)
