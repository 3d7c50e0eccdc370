"""The admin: every endpoint is there, its mode is changed through the switch, the history is read only."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.urls import path

from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.mismatches.keeping import Example, inconclusive, keep
from cqrs_routing.models import EndpointMode, Mismatch, ModeChange
from cqrs_routing.switching.switch import set_mode

from .views import legacy

NAME = "GET keyed"
LIST = "/admin/cqrs_routing/endpointmode/"
MISMATCHES = "/admin/cqrs_routing/mismatch/"
CHANGE = f"{LIST}GET%20keyed/change/"
FIELDS = {"reason": "", "percent": "0", "user_names": "", "header": "", "sample_percent": "100"}

pytestmark = pytest.mark.django_db

urlpatterns = [path("admin/", admin.site.urls), path("keyed/", legacy, name="keyed")]


@pytest.fixture
def page(project, settings, admin_client):
    """A superuser's browser."""
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE[:-1],
        "django.contrib.messages.middleware.MessageMiddleware",
        settings.MIDDLEWARE[-1],
    ]
    project.replace(tuple(one for one in project.declared if one.name in {NAME, "POST routed:ok"}))
    return admin_client


def act(page, action, *names, reason=""):
    chosen = {"action": action, "_selected_action": names, "reason": reason}
    return page.post(LIST, chosen, follow=True).content.decode()


def test_every_endpoint_is_listed_though_none_has_a_row(page):
    listed = page.get(LIST).content.decode()
    assert NAME in listed
    assert "POST routed:ok" in listed
    assert "within one second" in listed


def test_actions_change_the_mode_with_the_reason(page):
    page.get(LIST)
    assert f"{NAME} is now in shadow." in act(page, "to_shadow", NAME, reason="measured")

    change = ModeChange.objects.get()
    assert (change.endpoint, change.new, change.by, change.reason) == (NAME, "shadow", "admin", "measured")
    assert f"{NAME} was already in shadow." in act(page, "to_shadow", NAME)
    assert f"{NAME} is now in legacy." in act(page, "to_legacy", NAME)


def test_an_action_promotes_by_a_step_if_the_gate_holds(page):
    page.get(LIST)
    assert f"{NAME} is now in shadow." in act(page, "promote", NAME)
    assert "0 requests compared, 100 needed" in act(page, "promote", NAME)


def test_the_form_changes_the_mode_with_the_reason(page):
    page.get(LIST)
    EndpointMode.objects.filter(pk=NAME).update(reason="an old one")
    form = page.get(CHANGE).content.decode()
    assert "views.ok" in form
    assert "an old one" not in form
    page.post(CHANGE, {**FIELDS, "mode": "shadow", "reason": "measured"})

    change = ModeChange.objects.get()
    assert (change.endpoint, change.new, change.by, change.reason) == (NAME, "shadow", "admin", "measured")


def test_the_form_says_who_is_in_a_canary(page):
    page.get(LIST)
    group = Group.objects.create(name="staff")
    asked = {"percent": "12.5", "user_names": "admin", "group_names": [group.pk], "header": "X-Canary"}
    forced = {"mode": "canary", "reason": "a trial", "force": "on"}
    page.post(CHANGE, {**FIELDS, **asked, **forced})
    row = EndpointMode.objects.get(pk=NAME)
    assert (row.mode, float(row.percent), row.groups, row.header) == ("canary", 12.5, [group.pk], "X-Canary")
    assert row.users == [str(User.objects.get(username="admin").pk)]
    shown = page.get(CHANGE).content.decode()
    assert 'value="admin"' in shown


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"mode": "cqrs"}, "cannot go from legacy to cqrs"),
        ({"mode": "canary", "percent": "130"}, "less than or equal to 100"),
        ({"mode": "canary", "user_names": "nobody"}, "Unknown user"),
        ({"mode": "canary", "header": "a b"}, "is no request header"),
        ({"mode": "cqrs", "force": "on"}, "gives a reason"),
    ],
)
def test_what_cannot_be_is_told_at_the_form(page, wrong, complaint):
    page.get(LIST)
    shown = page.post(CHANGE, {**FIELDS, **wrong}).content.decode()
    assert complaint in shown
    assert EndpointMode.objects.get(pk=NAME).mode == "legacy"


def test_what_cannot_be_is_told_by_the_action(page):
    page.get(LIST)
    endpoints.replace(())
    assert "Unknown endpoint &#x27;GET keyed&#x27;" in act(page, "to_shadow", NAME)


def test_an_endpoint_that_is_declared_no_more_is_told(page):
    page.get(LIST)
    endpoints.replace(())
    assert "no endpoints.py declares it any more" in page.get(LIST).content.decode()


@pytest.mark.parametrize(
    "page_path", ["endpointmode/add/", "endpointmode/GET%20keyed/delete/", "modechange/add/"]
)
def test_rows_are_neither_added_nor_deleted(page, page_path):
    page.get(LIST)
    assert page.get(f"/admin/cqrs_routing/{page_path}").status_code == 403


def test_the_history_is_read_only(page):
    set_mode(NAME, "cqrs", by="ann", reason="measured", force=True)
    history = page.get("/admin/cqrs_routing/modechange/").content.decode()
    assert "measured" in history
    pk = ModeChange.objects.get().pk
    page.post(f"/admin/cqrs_routing/modechange/{pk}/change/", {"by": "eve"})
    assert ModeChange.objects.get().by == "ann"


def test_the_history_of_an_endpoint_is_that_of_its_mode(page):
    page.get(LIST)
    set_mode(NAME, "cqrs", by="ann", reason="measured", force=True)
    set_mode("POST routed:ok", "cqrs", by="ann", reason="hurried", force=True)
    history = page.get(CHANGE.replace("change", "history"), follow=True).content.decode()
    assert "measured" in history
    assert "hurried" not in history


def test_who_may_only_look_has_no_actions(page, client):
    page.get(LIST)
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename="view_endpointmode"))
    client.force_login(viewer)
    assert "to_shadow" not in client.get(LIST).content.decode()
    act(client, "to_shadow", NAME)
    assert EndpointMode.objects.get(pk=NAME).mode == "legacy"


def test_who_may_operate_compares_and_goes_back_but_does_not_promote(page, client):
    page.get(LIST)
    operator = User.objects.create_user("operator", is_staff=True)
    operator.user_permissions.set(Permission.objects.filter(codename="operate_endpoint"))
    client.force_login(operator)
    assert f"{NAME} is now in shadow." in act(client, "to_shadow", NAME)
    act(client, "promote", NAME)
    forced = {"mode": "canary", "percent": "5", "reason": "a trial", "force": "on"}
    assert "not let new views answer more" in client.post(CHANGE, {**FIELDS, **forced}).content.decode()
    assert EndpointMode.objects.get(pk=NAME).mode == "shadow"
    assert f"{NAME} is now in legacy." in act(client, "to_legacy", NAME)


def test_who_may_promote_promotes(page, client):
    page.get(LIST)
    promoter = User.objects.create_user("promoter", is_staff=True)
    promoter.user_permissions.set(Permission.objects.filter(codename="promote_endpoint"))
    client.force_login(promoter)
    assert f"{NAME} is now in shadow." in act(client, "promote", NAME)


def test_mismatches_are_told_apart_from_what_could_not_be_told(page):
    keep(NAME, 1, Example(title="total changed", request="GET /keyed/", diff="- total: 10.00\n+ total: 9.99"))
    keep(NAME, 1, inconclusive("GET /keyed/", "it is more than 1000 keys behind"))
    listed = page.get(MISMATCHES).content.decode()
    assert re.findall(r'class="field-verdict">(\w+)<', listed) == ["differs", "inconclusive"]

    differing = Mismatch.objects.get(title="total changed")
    shown = page.get(f"{MISMATCHES}{differing.pk}/change/").content.decode()
    assert "- total: 10.00\n+ total: 9.99" in shown
    assert 'name="_save"' not in shown
