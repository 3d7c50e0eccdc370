"""The sample's order list on its way to CQRS and back: a client sees no difference but the header."""

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from cqrs_read.standing.serving import forget
from cqrs_routing.exceptions import TransitionRefused
from cqrs_routing.switching.switch import set_mode

NAME = "GET orders:order-list"


@pytest.mark.django_db(transaction=True)
def test_the_order_list_moves_and_comes_back():
    call_command("seed_legacy", "--scale", "0.005", verbosity=0)
    client = Client()
    client.force_login(User.objects.get(username="admin"))
    before = client.get(reverse("orders:order-list"))
    assert 'side;desc="legacy"' in before["Server-Timing"]
    assert before.json()["count"] > 0

    with pytest.raises(TransitionRefused, match=r"cqrs_backfill orders_cqrs\.OrderSummary"):
        set_mode(NAME, "cqrs", by="ann", reason="a trial", force=True)
    call_command("cqrs_backfill", "orders_cqrs.OrderSummary")
    forget()
    set_mode(NAME, "cqrs", by="ann", reason="a trial", force=True)

    moved = client.get(reverse("orders:order-list"))
    assert 'side;desc="cqrs"' in moved["Server-Timing"]
    assert (moved.status_code, moved.json()) == (before.status_code, before.json())

    set_mode(NAME, "legacy", by="ann")
    assert 'side;desc="legacy"' in client.get(reverse("orders:order-list"))["Server-Timing"]
