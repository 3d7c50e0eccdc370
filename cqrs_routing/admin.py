"""The admin of the endpoints: their modes, and the history of these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.mode_form import EFFECT, ModeForm
from cqrs_routing.models import EndpointMode, Mismatch, MismatchExample, ModeChange
from cqrs_routing.modes.mode import Mode
from cqrs_routing.modes.state import state_of
from cqrs_routing.status import EndpointStatus, side_of, status_of
from cqrs_routing.switching.promotion import promote
from cqrs_routing.switching.switch import Switched, set_mode, switch
from cqrs_routing.tables import became, comparison_row, traffic_rows
from cqrs_write.exceptions import CqrsError

OPERATE, PROMOTE = "cqrs_routing.operate_endpoint", "cqrs_routing.promote_endpoint"


class ReasonForm(ActionForm):
    """The actions of the list, with the reason that the history keeps."""

    reason = forms.CharField(required=False, widget=forms.TextInput(attrs={"placeholder": "for the history"}))


class NeitherAddedNorDeleted:
    """Rows that the toolkit makes, and keeps."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(NeitherAddedNorDeleted):
    """Rows that nobody changes either."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(EndpointMode)
class EndpointModeAdmin(NeitherAddedNorDeleted, admin.ModelAdmin):  # type: ignore[type-arg]
    """Every declared endpoint, and the switch of its mode.

    Three permissions: to view; to operate, which is to compare and to go back; and to promote, which is to let the new
    side answer more than before.
    """

    form = ModeForm
    action_form = ReasonForm
    actions = ["to_legacy", "to_shadow", "promote"]
    list_display = ["endpoint", "shown_mode", "served_by", "changed_at", "changed_by", "reason"]
    search_fields = ["endpoint"]
    readonly_fields = ["endpoint", "candidate", "served_by", "seen", "changed_at", "changed_by"]
    fieldsets = [
        (None, {"fields": [*readonly_fields, "mode", "reason", "force"]}),
        ("Canary", {"fields": ["percent", "user_names", "group_names", "header", "promote_every"]}),
        ("Comparison", {"fields": ["sample_percent"]}),
    ]

    def has_view_permission(self, request: HttpRequest, obj: EndpointMode | None = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: EndpointMode | None = None) -> bool:
        return self.has_operate_permission(request) or self.has_promote_permission(request)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(OPERATE) or request.user.has_perm(PROMOTE)

    def has_promote_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PROMOTE)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.may_promote = self.has_promote_permission(request)  # type: ignore[attr-defined]
        return form

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        add_missing_rows()
        return super().changelist_view(request, {"subtitle": EFFECT, **(extra_context or {})})

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        changes = reverse(f"{self.admin_site.name}:cqrs_routing_modechange_changelist")
        return redirect(f"{changes}?{urlencode({'endpoint': unquote(object_id)})}")

    def save_model(self, request: HttpRequest, obj: EndpointMode, form: ModeForm, change: bool) -> None:
        switch(obj.pk, form.setting(), by=str(request.user), **form.why())

    @admin.display(description="mode", ordering="mode")
    def shown_mode(self, row: EndpointMode) -> str:
        return f"canary ({row.percent.normalize():f} %)" if row.mode == Mode.CANARY else row.mode

    @admin.display(description="served by")
    def served_by(self, row: EndpointMode) -> str:
        if row.pk not in endpoints.names:
            return "legacy: no endpoints.py declares it any more"
        state = state_of(endpoints.get(row.pk), row)
        return f"{side_of(state)}: {state.obstacle}" if state.obstacle else side_of(state)

    @admin.display(description="candidate")
    def candidate(self, row: EndpointMode) -> str:
        return endpoints.get(row.pk).view_path if row.pk in endpoints.names else "none"

    @admin.display(description="seen since then")
    def seen(self, row: EndpointMode) -> str:
        """Requests, errors, latencies and comparisons of each side."""
        if row.pk not in endpoints.names:
            return "nothing"
        return seen_in_lines(status_of(endpoints.get(row.pk), row)) or "nothing"

    @admin.action(description="Back to the monolith's own views (legacy)", permissions=["operate"])
    def to_legacy(self, request: HttpRequest, rows: QuerySet[EndpointMode]) -> None:
        self.switch_all(request, rows, set_mode, mode=Mode.LEGACY)

    @admin.action(description="Compare the new views with the monolith's (shadow)", permissions=["operate"])
    def to_shadow(self, request: HttpRequest, rows: QuerySet[EndpointMode]) -> None:
        self.switch_all(request, rows, set_mode, mode=Mode.SHADOW)

    @admin.action(description="Promote by one step, if the gate holds", permissions=["promote"])
    def promote(self, request: HttpRequest, rows: QuerySet[EndpointMode]) -> None:
        self.switch_all(request, rows, promote)

    def switch_all(
        self,
        request: HttpRequest,
        rows: QuerySet[EndpointMode],
        change: Callable[..., Switched],
        **options: Any,
    ) -> None:
        reason = request.POST.get("reason", "")
        for row in rows:
            try:
                switched = change(row.pk, by=str(request.user), reason=reason, **options)
            except CqrsError as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                verb = "is now" if switched.changed else "was already"
                self.message_user(request, f"{row.pk} {verb} in {switched.new.value}.", messages.SUCCESS)


def seen_in_lines(status: EndpointStatus) -> SafeString:
    """The rows of the tables that a terminal shows, a line each."""
    traffic = ["requests", "errors", "p50", "p95", "fallbacks"]
    lines = [f"{side}: {named(traffic, values)}" for _, side, *values in traffic_rows(status)]
    compared = named(["compared", "differ", "inconclusive", "shed"], comparison_row(status)[1:])
    shown = format_html_join("", "<div>{}</div>", ((line,) for line in (*lines, compared) if line))
    return shown + mismatches_link(status) if status.evidence.mismatched else shown


def mismatches_link(status: EndpointStatus) -> SafeString:
    found = reverse("admin:cqrs_routing_mismatch_changelist")
    return format_html('<a href="{}?{}">mismatches</a>', found, urlencode({"endpoint": status.endpoint}))


def named(names: Sequence[str], values: Sequence[Any]) -> str:
    """Those values that there are, with their names."""
    return ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True) if value)


@admin.register(ModeChange)
class ModeChangeAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """Who changed which mode when, and why."""

    list_display = ["at", "endpoint", "old", "became", "by", "reason"]
    list_filter = ["endpoint", "new"]

    @admin.display(description="new", ordering="new")
    def became(self, change: ModeChange) -> str:
        return became(change)


class MismatchExampleInline(ReadOnly, admin.StackedInline):  # type: ignore[type-arg]
    model = MismatchExample
    fields = ("at", "request", "user", "shown_diff", "shown_legacy", "shown_candidate")
    readonly_fields = fields

    @admin.display(description="difference")
    def shown_diff(self, example: MismatchExample) -> SafeString:
        return preformatted(example.diff)

    @admin.display(description="legacy")
    def shown_legacy(self, example: MismatchExample) -> SafeString:
        return preformatted(example.legacy)

    @admin.display(description="candidate")
    def shown_candidate(self, example: MismatchExample) -> SafeString:
        return preformatted(example.candidate)


@admin.register(Mismatch)
class MismatchAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """In what both sides of an endpoint differ, how often, with examples."""

    list_display = ["endpoint", "title", "verdict", "count", "first_at", "last_at"]
    list_display_links = ["title"]
    list_filter = ["endpoint", "is_inconclusive"]
    ordering = ["is_inconclusive", "endpoint", "-count"]
    fields = ["endpoint", "title", "verdict", "count", "first_at", "last_at"]
    readonly_fields = ["verdict"]
    inlines = [MismatchExampleInline]

    @admin.display(ordering="is_inconclusive")
    def verdict(self, mismatch: Mismatch) -> str:
        """In words: a tick for what could not be told would look like praise."""
        return "inconclusive" if mismatch.is_inconclusive else "differs"


def preformatted(text: str) -> SafeString:
    return format_html('<pre style="max-height: 30em; overflow: auto; white-space: pre-wrap">{}</pre>', text)


def add_missing_rows() -> None:
    """Give every declared endpoint a row, so that the list shows it."""
    known = set(EndpointMode.objects.values_list("pk", flat=True))
    missing = [EndpointMode(pk=name) for name in endpoints.names if name not in known]
    EndpointMode.objects.bulk_create(missing, ignore_conflicts=True)
