import json
import uuid

import pytest
from django.test import Client

from legacy_app.orders.models import Order, Payment
from legacy_app.orders.webhook import sign

URL = "/api/orders/payments/webhook/"
PAYMENT = "6f1c0f0e-37d4-4b44-8f5a-1a2a70c0a001"


def send(body, signature=None):
    """Post the event as the provider does: without a cookie or a CSRF token, but signed."""
    raw = body if isinstance(body, str) else json.dumps(body)
    client = Client(enforce_csrf_checks=True, headers={"X-Signature": signature or sign(raw.encode())})
    return client.post(URL, raw, content_type="application/json")


def authorized(order, amount="19.90"):
    return {"event": "payment.authorized", "payment": PAYMENT, "order": order["number"], "amount": amount}


def event(name):
    return {"event": name, "payment": PAYMENT}


@pytest.fixture
def order(place):
    return place()


def test_authorized_then_captured_pays_the_order(order):
    assert send(authorized(order)).json() == {"ok": True}
    assert Order.objects.get().status == "new"
    assert send(event("payment.captured")).status_code == 200
    assert Order.objects.get().status == "paid"
    assert Payment.objects.get().pk == uuid.UUID(PAYMENT)


def test_capturing_a_part_does_not_pay_the_order(order):
    send(authorized(order, amount="5.00"))
    send(event("payment.captured"))

    assert Order.objects.get().status == "new"


def test_a_failed_payment(order):
    send(authorized(order))
    send(event("payment.failed"))

    assert Payment.objects.get().status == "failed"
    assert Order.objects.get().status == "new"


def test_a_repeated_event_changes_nothing(order):
    for body in [authorized(order), authorized(order), event("payment.captured"), event("payment.captured")]:
        assert send(body).status_code == 200

    assert Payment.objects.get().status == "captured"


def test_a_late_failure_does_not_undo_a_capture(order):
    for body in [authorized(order), event("payment.captured"), event("payment.failed")]:
        send(body)

    assert Payment.objects.get().status == "captured"


@pytest.mark.parametrize("signature", ["wrong", "é"])
def test_a_wrong_signature_is_refused(order, signature):
    assert send(authorized(order), signature).status_code == 403
    assert not Payment.objects.exists()


@pytest.mark.parametrize("body", ["no json", "[]", "{}", '{"event": "payment.lost", "payment": "1"}'])
def test_a_malformed_event_is_refused(db, body):
    assert send(body).status_code == 400


def test_an_unknown_order_or_payment(db):
    assert send(authorized({"number": "2020-1"})).status_code == 404
    assert send(event("payment.captured")).status_code == 404


def test_only_post(client):
    assert client.get(URL).status_code == 405
