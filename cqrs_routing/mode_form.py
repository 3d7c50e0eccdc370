"""The form of an endpoint's mode. What the switch would refuse is an error of the form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from cqrs_routing.models import EndpointMode
from cqrs_routing.modes.canary import Canary
from cqrs_routing.modes.mode import Mode
from cqrs_routing.modes.state import canary_of
from cqrs_routing.switching.members import canary
from cqrs_routing.switching.switch import Setting, share, switch
from cqrs_write.exceptions import CqrsError

EFFECT = (
    "A change of mode takes effect in every process within one second, and can be taken back at any time."
)
FORCE = "Without the gate's evidence, or over steps in between; needs a reason."


class ModeForm(forms.ModelForm):  # type: ignore[type-arg]
    """The mode of one endpoint, and who is in its canary."""

    may_promote = False
    """Whether whoever fills it in may let the new side answer more than before."""

    mode = forms.ChoiceField(choices=Mode.choices, help_text=EFFECT)
    reason = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text="Why, for the history."
    )
    force = forms.BooleanField(required=False, help_text=FORCE)
    user_names = forms.CharField(
        required=False, label="Users", help_text="User names, with commas between them, in canary."
    )
    group_names = forms.ModelMultipleChoiceField(
        Group.objects.all(), required=False, label="Groups", help_text="In canary."
    )

    class Meta:
        model = EndpointMode
        fields = ["mode", "reason", "percent", "header", "sample_percent", "promote_every"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["reason"] = ""  # A change has a reason of its own.
        self.initial["user_names"] = ", ".join(user_names(self.instance.users))
        self.initial["group_names"] = self.instance.groups

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                self.check_permission()
                switch(self.instance.pk, self.setting(), by="", dry_run=True, **self.why())
            except CqrsError as error:
                self.add_error("mode", str(error))
        return cleaned

    def check_permission(self) -> None:
        row = EndpointMode.objects.get(pk=self.instance.pk)
        mode, asked = Mode(self.cleaned_data["mode"]), self.canary()
        more = share(mode, asked) > share(Mode(row.mode), canary_of(row))
        names = mode is Mode.CANARY and asked != canary_of(row)
        if (more or names) and mode.is_served_by_candidate and not self.may_promote:
            raise forms.ValidationError(
                {"mode": "You may compare endpoints and take them back, but not let new views answer more."}
            )

    def canary(self) -> Canary:
        names = [name.strip() for name in self.cleaned_data["user_names"].split(",")]
        return canary(
            percent=self.cleaned_data["percent"],
            users=[name for name in names if name],
            groups=[group.name for group in self.cleaned_data["group_names"]],
            header=self.cleaned_data["header"],
        )

    def setting(self) -> Setting:
        mode = Mode(self.cleaned_data["mode"])
        return Setting(
            mode=mode,
            canary=self.canary() if mode is Mode.CANARY else None,
            sample_percent=self.cleaned_data["sample_percent"],
            promote_every=self.cleaned_data["promote_every"] or 0,
        )

    def why(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"], "force": self.cleaned_data["force"]}


def user_names(keys: list[str]) -> list[str]:
    users = get_user_model()
    found = users._default_manager.filter(pk__in=keys)
    return list(found.values_list(users.USERNAME_FIELD, flat=True))
