"""The admin of the endpoints: their modes, and the history of these."""

from __future__ import annotations

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

from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.models import EndpointMode, ModeChange
from cqrs_routing.modes.mode import Mode
from cqrs_routing.status import status_of
from cqrs_routing.switching.switch import set_mode
from cqrs_write.exceptions import CqrsError

EFFECT = (
    "A change of mode takes effect in every process within one second, and can be taken back at any time."
)


class ReasonForm(ActionForm):
    """The actions of the list, with the reason that the history keeps."""

    reason = forms.CharField(required=False, widget=forms.TextInput(attrs={"placeholder": "for the history"}))


class ModeForm(forms.ModelForm):  # type: ignore[type-arg]
    """The mode of one endpoint. What the switch would refuse is an error of the form."""

    mode = forms.ChoiceField(choices=Mode.choices, help_text=EFFECT)
    reason = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text="Why, for the history."
    )

    class Meta:
        model = EndpointMode
        fields = ["mode", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["reason"] = ""  # A change has a reason of its own.

    def clean_mode(self) -> str:
        mode: str = self.cleaned_data["mode"]
        try:
            set_mode(self.instance.pk, mode, by="", dry_run=True)
        except CqrsError as error:
            raise forms.ValidationError(str(error)) from error
        return mode


class NeitherAddedNorDeleted:
    """Rows that the toolkit makes, and keeps."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(EndpointMode)
class EndpointModeAdmin(NeitherAddedNorDeleted, admin.ModelAdmin):  # type: ignore[type-arg]
    """Every declared endpoint, and the switch of its mode."""

    form = ModeForm
    action_form = ReasonForm
    actions = ["to_cqrs", "to_legacy"]
    list_display = ["endpoint", "mode", "served_by", "changed_at", "changed_by", "reason"]
    search_fields = ["endpoint"]
    fields = ["endpoint", "candidate", "served_by", "changed_at", "changed_by", "mode", "reason"]
    readonly_fields = ["endpoint", "candidate", "served_by", "changed_at", "changed_by"]

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

    def save_model(self, request: HttpRequest, obj: EndpointMode, form: Any, change: bool) -> None:
        set_mode(obj.pk, obj.mode, by=str(request.user), reason=obj.reason)

    @admin.display(description="served by")
    def served_by(self, row: EndpointMode) -> str:
        if row.pk not in endpoints.names:
            return "legacy: no endpoints.py declares it any more"
        status = status_of(endpoints.get(row.pk), row)
        return f"{status.side}: {status.obstacle}" if status.obstacle else status.side

    @admin.display(description="candidate")
    def candidate(self, row: EndpointMode) -> str:
        return endpoints.get(row.pk).view_path if row.pk in endpoints.names else "none"

    @admin.action(description="Let the new views answer (cqrs)", permissions=["change"])
    def to_cqrs(self, request: HttpRequest, rows: QuerySet[EndpointMode]) -> None:
        self.switch(request, rows, Mode.CQRS)

    @admin.action(description="Back to the monolith's own views (legacy)", permissions=["change"])
    def to_legacy(self, request: HttpRequest, rows: QuerySet[EndpointMode]) -> None:
        self.switch(request, rows, Mode.LEGACY)

    def switch(self, request: HttpRequest, rows: QuerySet[EndpointMode], mode: Mode) -> None:
        reason = request.POST.get("reason", "")
        for row in rows:
            try:
                switched = set_mode(row.pk, mode, by=str(request.user), reason=reason)
            except CqrsError as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                verb = "is now" if switched.changed else "was already"
                self.message_user(request, f"{row.pk} {verb} in {mode.value}.", messages.SUCCESS)


@admin.register(ModeChange)
class ModeChangeAdmin(NeitherAddedNorDeleted, admin.ModelAdmin):  # type: ignore[type-arg]
    """Who changed which mode when, and why."""

    list_display = ["at", "endpoint", "old", "new", "by", "reason"]
    list_display_links = None
    list_filter = ["endpoint", "new"]

    def has_change_permission(self, request: HttpRequest, obj: ModeChange | None = None) -> bool:
        return False


def add_missing_rows() -> None:
    """Give every declared endpoint a row, so that the list shows it."""
    known = set(EndpointMode.objects.values_list("pk", flat=True))
    missing = [EndpointMode(pk=name) for name in endpoints.names if name not in known]
    EndpointMode.objects.bulk_create(missing, ignore_conflicts=True)
