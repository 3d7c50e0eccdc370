import pytest
from django.core import mail
from django.urls import reverse
from kombu.exceptions import OperationalError

from legacy_app.orders import tasks
from legacy_app.orders.models import Order, OrderLine, StockMovement

URL = "/api/orders/"


def order_for(customer, *lines, **extra):
    return {"customer": customer.pk, "lines": [{"sku": s, "quantity": q} for s, q in lines], **extra}


def test_it_lives_at_the_root_of_the_orders_api():
    assert reverse("orders:order-list") == URL


def test_the_answer_is_the_order(clerk, ada, kettle, spade):
    answer = clerk.post(URL, order_for(ada, ("KIT-1", 2), ("GAR-1", 1), note="Ring twice."), format="json")

    assert answer.status_code == 201
    order = answer.json()
    placed = Order.objects.get()
    assert order == {
        "id": placed.pk,
        "number": f"{placed.placed_at.year}-{placed.pk:07d}",
        "status": "new",
        "placed_at": placed.placed_at.isoformat().replace("+00:00", "Z"),
        "note": "Ring twice.",
        "customer": {"id": ada.pk, "name": "Ada Berg", "email": "ada@example.com", "city": "Ashford"},
        "line_count": 2,
        "item_count": 3,
        "total": "46.85",
        "paid": "0.00",
        "lines": [
            {"sku": "KIT-1", "name": "Kettle", "category": "Kitchen", "quantity": 2, "unit_price": "19.90"},
            {"sku": "GAR-1", "name": "Spade", "category": None, "quantity": 1, "unit_price": "7.05"},
        ],
    }
    assert clerk.get(f"{URL}{placed.pk}/").json() == order
    assert clerk.get(URL).json()["results"] == [order]


def test_stock_is_taken_and_the_movement_recorded(place, kettle):
    order = place(lines=[("KIT-1", 4)])

    kettle.refresh_from_db()
    movement = StockMovement.objects.get()
    assert kettle.stock == 6
    assert (movement.product, movement.delta, movement.reason) == (kettle, -4, "order")
    assert movement.order_id == order["id"]


def test_it_ships_to_the_default_address(place, ada):
    place()

    assert Order.objects.get().shipping_address == ada.addresses.get()


def test_it_counts_as_a_contact(place, ada):
    place()

    ada.refresh_from_db()
    assert ada.last_contact_at == Order.objects.get().placed_at
    assert ada.notes.get().text == "Order placed"


def test_the_customer_is_told_once_the_order_is_committed(place, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        order = place()
        assert mail.outbox == []

    (message,) = mail.outbox
    assert message.subject == f"Your order {order['number']}"
    assert message.to == ["ada@example.com"]
    assert "1 x Kettle" in message.body
    assert "Total: 19.90" in message.body


def test_an_unreachable_broker_does_not_fail_the_order(
    place, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.send_order_confirmation, "apply_async", refuse)

    with django_capture_on_commit_callbacks(execute=True):
        place()

    assert Order.objects.count() == 1


@pytest.mark.parametrize("note", ["", "Leave it with the neighbours."])
def test_a_note_is_optional(place, note):
    assert place(note=note)["note"] == note


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ([], "lines"),
        ([("KIT-1", 0)], "lines"),
        ([("KIT-1", -1)], "lines"),
        ([("NOPE", 1)], "lines"),
        ([("KIT-1", 11)], "lines"),
        ([("KIT-1", 6), ("KIT-1", 5)], "lines"),
    ],
    ids=["no lines", "zero", "negative", "unknown sku", "not enough stock", "not enough for both lines"],
)
def test_bad_lines_are_refused_and_nothing_changes(clerk, ada, kettle, lines, field):
    answer = clerk.post(URL, order_for(ada, *lines), format="json")

    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    kettle.refresh_from_db()
    assert kettle.stock == 10
    assert not Order.objects.exists()
    assert not OrderLine.objects.exists()


def test_a_product_no_longer_sold_is_refused(clerk, ada, kettle):
    kettle.active = False
    kettle.save()

    assert clerk.post(URL, order_for(ada, ("KIT-1", 1)), format="json").status_code == 400


@pytest.mark.parametrize("body", [{}, {"customer": 0, "lines": [{"sku": "KIT-1", "quantity": 1}]}])
def test_the_customer_must_exist(clerk, kettle, body):
    answer = clerk.post(URL, body, format="json")

    assert answer.status_code == 400
    assert "customer" in answer.json()


def test_a_deleted_customer_cannot_order(clerk, ada, kettle):
    ada.delete()

    assert clerk.post(URL, order_for(ada, ("KIT-1", 1)), format="json").status_code == 400


def test_customers_order_for_themselves_only(shopper, ada, bruno, kettle):
    assert shopper.post(URL, order_for(ada, ("KIT-1", 1)), format="json").status_code == 201

    refused = shopper.post(URL, order_for(bruno, ("KIT-1", 1)), format="json")

    assert refused.status_code == 403
    assert refused.json() == {"detail": "You may only order for yourself."}
    assert not bruno.orders.exists()


def test_one_has_to_be_logged_in(anybody, ada, kettle):
    assert anybody.post(URL, order_for(ada, ("KIT-1", 1)), format="json").status_code == 401
