"""Read models and their runs in the admin: refresh and backfill own these rows."""

from django.contrib import admin

from cqrs_read.lag import status_of
from cqrs_read.models import BackfillRun, ReadModelState
from cqrs_read.read_model import name_of, read_models
from cqrs_write.admin import ToLookAt


@admin.register(ReadModelState)
class ReadModelStateAdmin(ToLookAt, admin.ModelAdmin):  # type: ignore[type-arg]  # no brackets at run time
    """Every read model that was ever filled, with its lag at this moment."""

    list_display = ["name", "state", "lag", "problem", "refreshed_at"]

    @admin.display
    def state(self, state: ReadModelState) -> str:
        return self._status(state, "state")

    @admin.display
    def lag(self, state: ReadModelState) -> str:
        return f"{self._status(state, 'lag_seconds')} s"

    @admin.display
    def problem(self, state: ReadModelState) -> str:
        return self._status(state, "reason")

    def _status(self, state: ReadModelState, part: str) -> str:
        declared = {name_of(model): model for model in read_models()}
        if state.name not in declared:
            return "no longer declared"
        return str(getattr(status_of(declared[state.name]), part))


@admin.register(BackfillRun)
class BackfillRunAdmin(ToLookAt, admin.ModelAdmin):  # type: ignore[type-arg]  # no brackets at run time
    """Every pass over a read model's keys, the newest first."""

    list_display = ["read_model", "kind", "state", "rows", "started_at", "finished_at", "reason"]
    list_filter = ["state", "kind", "read_model"]
