from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Q, Sum
from rest_framework.authtoken.models import Token

from legacy_app.customers.models import Address, Customer, Note
from legacy_app.orders.models import Category, GiftCard, Order, OrderLine, Payment, Product, Refund
from legacy_app.orders.totals import order_paid, order_total
from legacy_app.rides.models import Driver, RideRequest


def seed(*arguments):
    out = StringIO()
    call_command("seed_legacy", "--scale", "0.02", "--until", "2026-06-01", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def seeded(db):
    return seed()


def test_a_line_for_each_step(seeded):
    first, *_, last = seeded.splitlines()

    assert first.startswith("products: 60 (")
    assert last == "Log in as admin/admin, or as clerk1, customer1 or driver1 with the password demo."


def test_how_much(seeded):
    assert Customer.all_objects.count() == 40
    assert Order.objects.count() == 400
    assert Category.objects.count() == 39
    assert GiftCard.objects.count() == 8
    assert Driver.objects.count() == 10
    assert 2.5 < OrderLine.objects.count() / 400 < 3.5
    assert Refund.objects.exists()


def test_stock_is_what_the_movements_left(seeded):
    products = Product.objects.annotate(moved=Sum("stock_movements__delta"))

    assert not products.exclude(stock=F("moved")).exists()
    assert not products.filter(stock__lt=0).exists()


def test_what_is_paid_fits_the_status(seeded):
    for order in Order.objects.all():
        expected = order_total(order) if order.status in {"paid", "shipped"} else Decimal(0)
        assert order_paid(order) == expected, order


def test_exactly_the_cancelled_orders_are_soft_cancelled(seeded):
    assert Order.objects.filter(cancelled=True).exists()
    assert not Order.objects.filter(~Q(status="cancelled"), cancelled=True).exists()
    assert not Order.objects.filter(status="cancelled", cancelled=False).exists()


def test_what_the_signals_would_have_done(seeded):
    for customer in Customer.all_objects.all():
        assert customer.city == customer.default_address.city
        assert customer.notes.filter(text="Order placed").count() == customer.orders.count()
        last_note = customer.notes.order_by("created_at").last()
        assert customer.last_contact_at == (last_note.created_at if last_note else None)


def test_nobody_acts_before_being_a_customer_or_after_being_deleted(seeded):
    orders = Order.objects.filter(
        Q(placed_at__lt=F("customer__created_at")) | Q(placed_at__gt=F("customer__deleted_at"))
    )

    assert not orders.exists()


def test_dates_over_two_years(seeded):
    first, last = Order.objects.order_by("placed_at").values_list("placed_at", flat=True)[::399]

    assert first.year == 2024
    assert last.strftime("%Y-%m-%d") <= "2026-06-01"
    assert not Payment.objects.filter(created_at__gt="2026-06-01T00:00Z").exists()


def test_busy_drivers_have_one_ride_under_way(seeded):
    under_way = Count("rides", filter=Q(rides__status="accepted"))

    for driver in Driver.objects.annotate(under_way=under_way):
        assert driver.under_way == (driver.status == "busy")
    assert RideRequest.objects.filter(status="requested", driver=None).exists()


def test_accounts(seeded, client):
    assert client.login(username="admin", password="admin")
    assert User.objects.get(username="admin").is_superuser
    assert User.objects.filter(username__startswith="clerk", is_staff=True).count() == 8
    assert Token.objects.filter(user__username="clerk1").exists()
    assert Customer.objects.get(user__username="customer1").orders.exists()
    assert Driver.objects.filter(user__username="driver1").exists()


def test_new_rows_go_on_after_the_seeded_ones(seeded, clerk):
    customer = Customer.objects.get(user__username="customer1")
    sku = Product.objects.filter(active=True).first().sku
    body = {"customer": customer.pk, "lines": [{"sku": sku, "quantity": 1}]}

    assert clerk.post("/api/orders/", body, format="json").json()["id"] == 401


def fingerprint():
    return [
        list(Order.objects.order_by("id").values_list("id", "customer", "status", "placed_at")),
        list(OrderLine.objects.order_by("id").values_list("order", "product", "quantity", "discount")),
        list(Payment.objects.order_by("id").values_list("id", "order", "amount")),
        list(Customer.all_objects.order_by("id").values_list("name", "city", "last_contact_at")),
        list(RideRequest.objects.order_by("id").values_list("id", "driver", "fare")),
    ]


@pytest.mark.django_db(transaction=True)
def test_the_same_seed_gives_the_same_rows_and_flush_starts_over():
    seed()
    first = fingerprint()
    seed("--flush")
    assert fingerprint() == first

    seed("--flush", "--seed", "2")
    assert fingerprint() != first


def test_it_does_not_mix_with_existing_customers(ada):
    with pytest.raises(CommandError, match="already has customers; --flush") as refused:
        seed()

    assert refused.value.returncode == 2
    assert not Order.objects.exists()
    assert Address.objects.count() == 1
    assert Note.objects.count() == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--scale", "much"], "--scale much is not a number above 0"),
        (["--scale", "0"], "--scale 0 is not a number above 0"),
        (["--scale", "nan"], "--scale nan is not a number above 0"),
        (["--seed", "x"], "--seed x is not a whole number."),
        (["--until", "May"], "--until May is not a date"),
    ],
)
def test_a_bad_option_is_one_line(arguments, message):
    with pytest.raises(CommandError, match=message) as refused:
        call_command("seed_legacy", *arguments)

    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)
