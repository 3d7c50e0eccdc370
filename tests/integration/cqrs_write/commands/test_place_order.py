"""The sample's command and the monolith's endpoint: the same rows, the same answers, fewer queries."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from rest_framework.test import APIRequestFactory, force_authenticate

from cqrs_write.bus import accept
from cqrs_write.execution import drain
from cqrs_write.models import LoggedCommand, OutboxEvent
from cqrs_write.testing import drain_now, emitted
from legacy_app.celery import app as celery_app
from legacy_app.customers.models import Address, Customer
from legacy_app.orders.models import Category, Order, Product
from legacy_app.orders_cqrs.commands import OrderLineInput, PlaceOrder
from legacy_app.orders_cqrs.events import OrderPlaced
from legacy_app.orders_cqrs.place_order import place_order_view

pytestmark = pytest.mark.django_db

TABLES = ["orders", "customers"]
CLOCKS = {"updated_at", "created_at", "placed_at", "last_contact_at"}


@pytest.fixture(autouse=True)
def _isolated(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


@pytest.fixture
def clerk():
    return User.objects.create_user("clerk", is_staff=True)


@pytest.fixture
def ada():
    user = User.objects.create_user("ada")
    customer = Customer.objects.create(user=user, name="Ada Berg", email="ada@example.com")
    for street, default in (("Side Street 2", False), ("Mill Street 1", True)):
        Address.objects.create(
            customer=customer, street=street, zip="10000", city="Ashford", is_default=default
        )
    customer.refresh_from_db()
    return customer


@pytest.fixture
def bruno():
    return Customer.objects.create(name="Bruno Klein", email="bruno@example.com")


@pytest.fixture
def products():
    kitchen = Category.objects.create(name="Kitchen", slug="kitchen")
    Product.objects.create(sku="KIT-1", name="Kettle", category=kitchen, price="19.90", stock=10)
    Product.objects.create(sku="GAR-1", name="Spade", price="7.05", stock=3)
    Product.objects.create(sku="OLD-1", name="Lamp", price="1.00", stock=5, active=False)
    Product.objects.create(sku="5", name="Five", price="5.00", stock=5)


def legacy(request):
    match = resolve("/api/orders/")
    return match.func(request)


def send(view, body, user):
    """The answer of one side to a request, and what was committed by it and by its mail."""
    request = APIRequestFactory().post("/api/orders/", body, format="json")
    if user is not None:
        force_authenticate(request, user)
    answer = view(request)
    answer.render()
    return answer


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every row of the monolith's tables."""
    models = [model for label in TABLES for model in apps.get_app_config(label).get_models()]
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in models}


def comparable(thing: Any) -> Any:
    """With clocks set to one time, and without what the database counts up."""
    if isinstance(thing, dict):
        return {key: comparable_value(key, value) for key, value in thing.items()}
    return [comparable(one) for one in thing] if isinstance(thing, list) else thing


def comparable_value(key: str, value: Any) -> Any:
    if value is None:
        return None
    if key in CLOCKS:
        return "a time"
    if key == "number":
        return re.fullmatch(r"\d{4}-\d{7}", value) and "a number"
    return "the order" if key == "order_id" else comparable(value)


def comparable_answer(data: Any) -> Any:
    return comparable({**data, "id": "the order"} if isinstance(data, dict) and "id" in data else data)


def outcome(view, body, user) -> tuple[Any, ...]:
    """Answer, rows and mail of one side, after which nothing of it is left."""
    mail.outbox.clear()
    point = transaction.savepoint()
    before = rows()
    answer = send(view, body, user)
    after = rows()
    transaction.savepoint_rollback(point)
    data = comparable_answer(answer.data)
    return answer.status_code, data, answer.headers.get("Content-Type"), changes(before, after)


def changes(before: Any, after: Any) -> Any:
    """The rows that were added or changed, without the keys that the database counts up."""
    found = {}
    for table, new in after.items():
        old = {row["id"]: row for row in before[table] if "id" in row}
        changed = [row for row in new if row.get("id") not in old or old[row["id"]] != row]
        for row in changed:
            if row.get("id") not in old:
                row.pop("id", None)
        found[table] = comparable(changed)
    return found


def lines(*pairs: tuple[Any, Any]) -> list[dict[str, Any]]:
    return [{"sku": sku, "quantity": quantity} for sku, quantity in pairs]


GOOD = [
    lines(("KIT-1", 1)),
    lines(("KIT-1", 2), ("GAR-1", 3)),
    lines(("GAR-1", 1), ("KIT-1", 2), ("GAR-1", 2)),
    lines((5, 1)),
    lines(("KIT-1", "3")),
]
BAD = [
    [],
    lines(("KIT-1", 0)),
    lines(("KIT-1", 10_001)),
    lines(("KIT-1", "many")),
    lines(("NOPE", 1)),
    lines(("NOPE", 1), ("KIT-1", 0)),
    lines(("OLD-1", 1)),
    lines(("KIT-1", 11)),
    lines(("KIT-1", 6), ("KIT-1", 5)),
    lines(("KIT-1", 11), ("GAR-1", 4)),
    lines((None, 1)),
    lines((True, 1)),
    lines((["KIT-1"], 1)),
    lines((" KIT-1", 1)),
    lines(("", 1)),
    "no list",
    [3],
    None,
]


@pytest.mark.parametrize("order_lines", [*GOOD, *BAD], ids=repr)
@pytest.mark.usefixtures("products")
def test_both_sides_answer_alike_and_write_the_same_rows(order_lines, ada, clerk):
    body = {"customer": ada.pk, "lines": order_lines, "note": "  Ring twice. "}

    new, old = outcome(place_order_view, body, clerk), outcome(legacy, body, clerk)

    assert new == old
    assert new[0] == (201 if order_lines in GOOD else 400)


@pytest.mark.parametrize(
    "change",
    [
        {"customer": 0},
        {"customer": "x"},
        {"customer": None},
        {"note": None},
        {"note": "x" * 2001},
        {"note": 5},
        {"note": ""},
    ],
    ids=lambda change: repr(change)[:30],
)
@pytest.mark.usefixtures("products")
def test_both_sides_answer_alike_to_other_fields(change, ada, clerk):
    body = {"customer": ada.pk, "lines": lines(("KIT-1", 1)), **change}

    assert outcome(place_order_view, body, clerk) == outcome(legacy, body, clerk)


@pytest.mark.usefixtures("products")
def test_both_sides_let_the_same_people_order(ada, bruno, clerk):
    for customer, user, status in [
        (ada, ada.user, 201),
        (bruno, ada.user, 403),
        (bruno, clerk, 201),
        (ada, None, 401),
    ]:
        body = {"customer": customer.pk, "lines": lines(("KIT-1", 1))}
        new, old = outcome(place_order_view, body, user), outcome(legacy, body, user)
        assert new == old
        assert new[0] == status

    wrong = {"customer": bruno.pk, "lines": lines(("NOPE", 1))}
    assert outcome(place_order_view, wrong, ada.user) == outcome(legacy, wrong, ada.user)


@pytest.mark.usefixtures("products")
def test_a_deleted_customer_is_refused_alike(ada, clerk):
    ada.delete()
    body = {"customer": ada.pk, "lines": lines(("KIT-1", 1))}

    new = outcome(place_order_view, body, clerk)

    assert new == outcome(legacy, body, clerk)
    assert new[0] == 400


@pytest.mark.usefixtures("products")
def test_the_customer_is_told_by_the_same_mail(ada, clerk, django_capture_on_commit_callbacks):
    celery_app.conf.task_always_eager = True
    body = {"customer": ada.pk, "lines": lines(("KIT-1", 2), ("GAR-1", 1))}
    messages = []
    for view in (place_order_view, legacy):
        with django_capture_on_commit_callbacks(execute=True):
            order = send(view, body, clerk).data
            assert mail.outbox == []
        (message,) = mail.outbox
        messages.append((message.subject.replace(order["number"], "N"), message.body, message.to))
        mail.outbox.clear()

    assert messages[0] == messages[1]


def test_whoever_listens_is_told_of_the_order_and_of_no_order_that_was_refused(ada, products, clerk):
    answer = send(place_order_view, {"customer": ada.pk, "lines": lines(("KIT-1", 2), ("GAR-1", 1))}, clerk)
    send(place_order_view, {"customer": ada.pk, "lines": lines(("KIT-1", 9))}, clerk)

    placed = OrderPlaced(
        aggregate_id=answer.data["id"],
        number=answer.data["number"],
        customer_id=ada.pk,
        total=Decimal("46.85"),
    )
    assert emitted(OrderPlaced) == [placed]
    event = OutboxEvent.objects.get()
    assert (event.actor, event.aggregateid) == (str(clerk.pk), str(answer.data["id"]))


@pytest.mark.usefixtures("products")
def test_more_lines_take_no_more_queries(ada, clerk):
    Product.objects.bulk_create(
        Product(sku=f"P-{n}", name=f"P {n}", price="1.00", stock=9) for n in range(20)
    )

    def queries(view: Any, number: int) -> int:
        body = {"customer": ada.pk, "lines": lines(*((f"P-{n}", 1) for n in range(number)))}
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert send(view, body, clerk).status_code == 201
        return len(captured)

    assert queries(place_order_view, 20) == queries(place_order_view, 1) <= 15
    assert queries(legacy, 20) > 50


@pytest.mark.usefixtures("products")
def test_an_accepted_order_has_the_same_effect_and_the_body_of_the_answer_as_its_result(ada, clerk):
    body = {"customer": ada.pk, "lines": lines(("KIT-1", 2))}
    inline = comparable_answer(send(place_order_view, body, clerk).data)
    request = APIRequestFactory().post(
        "/api/orders/", body, format="json", headers={"Prefer": "respond-async"}
    )
    force_authenticate(request, clerk)

    answer = place_order_view(request)
    (row,) = drain_now()

    assert answer.status_code == 202
    assert row.lane == f"customer:{ada.pk}"
    order = Order.objects.latest("pk")
    assert comparable_answer(row.result) == inline
    assert order.lines.get().quantity == 2


@pytest.mark.usefixtures("products")
def test_an_accepted_order_that_finds_too_little_stock_is_dead_with_the_reason(ada):
    command = PlaceOrder(customer_id=ada.pk, lines=(OrderLineInput(sku="GAR-1", quantity=2),))
    accept(command)
    accept(command)

    done, dead = drain_now(allow_dead=True)

    assert (done.state, dead.state) == ("done", "dead")
    assert dead.error == "CommandRejected: Not enough stock of GAR-1: 1 left, 2 wanted."
    assert Product.objects.get(sku="GAR-1").stock == 1
    assert Order.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("products")
def test_a_customer_that_is_deleted_after_acceptance_orders_nothing(ada):
    accept(PlaceOrder(customer_id=ada.pk, lines=(OrderLineInput(sku="GAR-1", quantity=2),)))
    ada.delete()

    drain("orders", seconds=60)

    assert "object does not exist" in LoggedCommand.objects.get().error
    assert Product.objects.get(sku="GAR-1").stock == 3
