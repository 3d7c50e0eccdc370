import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from cqrs_write.outbox.emit import emit

from .events import OrderPlaced

pytestmark = pytest.mark.django_db

LIST = "admin:cqrs_write_outboxevent_changelist"


@pytest.fixture
def client_of_clerk() -> Client:
    user = User.objects.create_user("clerk", is_staff=True)
    codenames = [f"{action}_outboxevent" for action in ("view", "add", "change", "delete")]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def test_events_can_be_looked_at_and_nothing_else(client_of_clerk):
    row = emit(OrderPlaced(aggregate_id=7))

    page = client_of_clerk.get(reverse(LIST))
    detail = client_of_clerk.get(reverse("admin:cqrs_write_outboxevent_change", args=[row.pk]))

    assert "OrderPlaced" in page.content.decode()
    assert "traceparent=00-" in detail.content.decode()
    assert "_save" not in detail.content.decode()
    assert client_of_clerk.get(reverse("admin:cqrs_write_outboxevent_add")).status_code == 403
    delete = reverse("admin:cqrs_write_outboxevent_delete", args=[row.pk])
    assert client_of_clerk.post(delete, {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("look_for", ["7", "OrderPlaced", "{uuid}", "{correlation_id}"])
def test_events_are_found_by_what_people_know_of_them(client_of_clerk, look_for):
    row = emit(OrderPlaced(aggregate_id=7))
    other = emit(OrderPlaced(aggregate_id=77))

    page = client_of_clerk.get(reverse(LIST), {"q": look_for.format(**vars(row))}).content.decode()

    assert str(row.uuid) in page
    assert (str(other.uuid) in page) == (look_for == "OrderPlaced")
