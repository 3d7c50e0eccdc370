import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from cqrs_write.bus import accept
from cqrs_write.execution import drain

from .probe.commands import Break

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "admin:cqrs_write_loggedcommand_changelist"


@pytest.fixture
def row():
    row = accept(Break(text="bad", lane="a"))
    drain("probe", seconds=60)
    return row


def client_with(*codenames: str) -> Client:
    user = User.objects.create_user("clerk", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def test_the_log_can_be_read_and_not_written(row):
    client = client_with(
        "view_loggedcommand", "add_loggedcommand", "change_loggedcommand", "delete_loggedcommand"
    )

    page = client.get(reverse(LIST), {"state": "dead", "queue": "probe", "name": "probe.Break"})
    detail = client.get(reverse("admin:cqrs_write_loggedcommand_change", args=[row.pk]))

    assert "ValueError: bad broke" in page.content.decode()
    assert "Traceback" in detail.content.decode()
    assert "_save" not in detail.content.decode()
    assert client.get(reverse("admin:cqrs_write_loggedcommand_add")).status_code == 403


@pytest.mark.parametrize(("action", "state"), [("retry", "accepted"), ("discard", "discarded")])
def test_dead_commands_are_retried_or_discarded(row, action, state):
    client = client_with("view_loggedcommand", "change_loggedcommand")

    answer = client.post(reverse(LIST), {"action": action, "_selected_action": [row.pk]}, follow=True)

    row.refresh_from_db()
    assert row.state == state
    assert "1 dead command" in answer.content.decode()


def test_who_may_only_view_may_not_decide(row):
    client = client_with("view_loggedcommand")

    client.post(reverse(LIST), {"action": "retry", "_selected_action": [row.pk]})

    row.refresh_from_db()
    assert row.state == "dead"
