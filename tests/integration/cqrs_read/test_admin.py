"""Read models in the admin: to look at, not to change."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.urls import path
from django.utils import timezone

from cqrs_read.admin import ReadModelAdmin
from cqrs_read.backfill import advance, running, start
from cqrs_read.models import BackfillRun, Backlog, ReadModelState
from cqrs_read.refresh.attend import attend_all
from cqrs_read.refresh.due import due
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary

pytestmark = pytest.mark.django_db(transaction=True)

site = django_admin.AdminSite()


@django_admin.register(OrderSummary, site=site)
class OrderSummaryAdmin(ReadModelAdmin):
    list_display = ["number", "customer_name", "total"]
    list_filter = ["status"]
    search_fields = ["customer_name"]


urlpatterns = [path("admin/", site.urls)]


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    return client


def test_where_each_read_model_stands(filled: list[Order], admin: Client) -> None:
    page = admin.get("/admin/cqrs_read/readmodelstate/").content.decode()
    assert "orders_cqrs.OrderSummary" in page
    assert "ready" in page
    assert "0.0 s" in page


def test_a_read_model_that_is_gone_from_the_code(filled: list[Order], admin: Client) -> None:
    ReadModelState.objects.update(name="orders_cqrs.Former")
    assert "no longer declared" in admin.get("/admin/cqrs_read/readmodelstate/").content.decode()


def test_runs(filled: list[Order], admin: Client) -> None:
    page = admin.get("/admin/cqrs_read/backfillrun/").content.decode()
    assert "asked for by a person" in page


def test_nothing_is_changed_by_hand(filled: list[Order], admin: Client) -> None:
    run = BackfillRun.objects.get()
    assert admin.get("/admin/cqrs_read/backfillrun/add/").status_code == 403
    assert admin.post(f"/admin/cqrs_read/backfillrun/{run.pk}/change/", {"rows": 1}).status_code == 403
    assert admin.post(f"/admin/cqrs_read/backfillrun/{run.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_read_model_is_shown_and_nothing_more(filled: list[Order], admin: Client, settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    page, row = "/admin/orders_cqrs/ordersummary/", filled[1].pk
    shown = admin.get(f"{page}?q=bo").content.decode()
    assert ("bo" in shown, "delete_selected" in shown) == (True, False)
    detail = admin.get(f"{page}{row}/change/").content.decode()
    assert ("Product A" in detail, 'name="_save"' in detail) == (True, False)
    assert admin.get(f"{page}add/").status_code == 403
    assert admin.post(f"{page}{row}/change/", {"status": "paid"}).status_code == 403
    assert admin.post(f"{page}{row}/delete/", {"post": "yes"}).status_code == 403
    admin.post(page, {"action": "delete_selected", "_selected_action": [row], "post": "yes"})
    assert OrderSummary.objects.filter(pk=row).exists()


RUNS, STATES = "/admin/cqrs_read/backfillrun/", "/admin/cqrs_read/readmodelstate/"


class TestActs:
    @pytest.fixture
    def run(self, shop: list[Order]) -> BackfillRun:
        return advance(OrderSummary, start(OrderSummary), 2)

    def act(self, client: Client, action: str, run: BackfillRun, url: str = RUNS) -> str:
        answer = client.post(url, {"action": action, "_selected_action": [run.pk]}, follow=True)
        run.refresh_from_db()
        return answer.content.decode()

    def test_pause_resume_and_cancel(self, run: BackfillRun, admin: Client) -> None:
        assert "1 runs are paused." in self.act(admin, "pause", run)
        assert (run.state, run.reason) == ("paused", "by admin")
        assert "1 runs are running again." in self.act(admin, "resume", run)
        assert run.state == "running"
        assert "1 runs are cancelled." in self.act(admin, "cancel", run)
        assert run.state == "cancelled"
        assert "0 runs are running again." in self.act(admin, "resume", run)

    def test_a_run_shows_how_far_it_is_and_what_holds_it(self, run: BackfillRun, admin: Client) -> None:
        BackfillRun.objects.update(throttled_by="lag: it is behind", busy_seconds=60, rate=12_345)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:  # else the estimate may be of an earlier test's rows
                cursor.execute("ANALYZE orders_order")
        for page in (RUNS, f"{RUNS}{run.pk}/change/"):
            content = admin.get(page).content.decode()
            assert "lag: it is behind" in content
            assert "12,345" in content
            assert "0:01:30" in content, "three rows are left, at two a minute"

    def test_beginning_one(self, filled: list[Order], admin: Client) -> None:
        page = admin.post(
            STATES, {"action": "fill", "_selected_action": ["orders_cqrs.OrderSummary"]}, follow=True
        )
        assert "Begun, by the refresher: orders_cqrs.OrderSummary." in page.content.decode()
        assert running(OrderSummary)

    def test_who_may_only_look_is_offered_nothing(self, run: BackfillRun) -> None:
        client, user = Client(), User.objects.create_user("clerk", is_staff=True)
        user.user_permissions.add(Permission.objects.get(codename="view_backfillrun"))
        client.force_login(user)
        assert "Pause the selected runs" not in self.act(client, "pause", run)
        assert run.state == "running"
        user.user_permissions.add(Permission.objects.get(codename="change_backfillrun"))
        assert "1 runs are paused." in self.act(client, "pause", run)


BACKLOG = "/admin/cqrs_read/backlog/"


class TestBacklog:
    @pytest.fixture
    def parked(self, filled: list[Order]) -> Backlog:
        """A key that could not be stored, which is tried again in an hour."""
        return Backlog.objects.create(
            read_model="orders_cqrs.OrderSummary",
            kind=Backlog.Kind.PARKED,
            keys=[str(filled[0].pk)],
            error="value too long",
            attempts=3,
            not_before=timezone.now() + timedelta(hours=1),
        )

    def act(self, client: Client, row: Backlog) -> str:
        answer = client.post(BACKLOG, {"action": "try_again", "_selected_action": [row.pk]}, follow=True)
        return answer.content.decode()

    def test_it_shows_cause_and_next_try(self, parked: Backlog, admin: Client) -> None:
        for page in (BACKLOG, f"{BACKLOG}{parked.pk}/change/"):
            content = admin.get(page).content.decode()
            assert "value too long" in content
            assert "could not be stored" in content

    def test_many_keys_are_cut(self, parked: Backlog, admin: Client) -> None:
        Backlog.objects.update(keys=["a", "b", "c", "d", "e"])
        assert "a, b, c and 2 more" in admin.get(BACKLOG).content.decode()

    def test_nothing_is_changed_by_hand(self, parked: Backlog, admin: Client) -> None:
        assert admin.get(f"{BACKLOG}add/").status_code == 403
        assert admin.post(f"{BACKLOG}{parked.pk}/change/", {"error": ""}).status_code == 403
        assert admin.post(f"{BACKLOG}{parked.pk}/delete/", {"post": "yes"}).status_code == 403

    def test_trying_again_now(self, parked: Backlog, admin: Client) -> None:
        assert due([OrderSummary]) == []
        assert "1 are due now; the refresher tries them." in self.act(admin, parked)
        attend_all([OrderSummary])
        assert not Backlog.objects.exists()

    def test_what_waits_is_not_hurried(self, parked: Backlog, admin: Client) -> None:
        Backlog.objects.update(kind=Backlog.Kind.WAITING)
        assert "0 are due now" in self.act(admin, parked)

    def test_who_may_only_look_is_offered_nothing(self, parked: Backlog) -> None:
        client, user = Client(), User.objects.create_user("clerk", is_staff=True)
        user.user_permissions.add(Permission.objects.get(codename="view_backlog"))
        client.force_login(user)
        assert "Try the selected keys" not in self.act(client, parked)
        user.user_permissions.add(Permission.objects.get(codename="change_backlog"))
        assert "1 are due now" in self.act(client, parked)
