"""Rehearsed requests: the handler leaves nothing, legacy answers as ever, and what differs is told by its kind."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from random import randrange
from threading import Event, Thread
from uuid import uuid4

import psycopg
import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import connection, transaction
from django.http import JsonResponse
from django.test import AsyncClient, Client

from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.exceptions import TransitionRefused
from cqrs_routing.models import EndpointMode, Mismatch, MismatchExample
from cqrs_routing.switching.switch import set_mode
from cqrs_routing.testing import endpoint_in_mode
from cqrs_routing.traffic.counts import counts
from cqrs_routing.traffic.flush import flush
from cqrs_routing.traffic.totals import totals
from cqrs_write.capture.images import install_images, remove_all_images
from cqrs_write.models import LoggedCommand
from legacy_app.customers.models import Customer, Note
from legacy_app.orders.models import Order, Product, StockMovement
from legacy_app.orders_cqrs.commands import PlaceOrder
from legacy_app.orders_cqrs.place_order import PlaceOrderView
from legacy_app.rides.models import Driver

NAME, URL = "POST orders:order-list", "/api/orders/"

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _fresh(settings):
    settings.CQRS_ROUTING = {"RESPONSE_HEADERS": False, "SHADOW_MAX_LOAD": 1.0}
    counts.take()
    yield
    counts.take()


@pytest.fixture
def shop(transactional_db):
    customer = Customer.objects.create(name="Ada", email="ada@example.com", city="Bonn")
    for sku in "AB":
        Product.objects.create(sku=sku, name=f"Product {sku}", price=Decimal("9.99"), stock=50)
    install_images(NAME)
    with endpoint_in_mode(NAME, "shadow", sampled=1.0):
        yield customer
    remove_all_images("default")


@pytest.fixture
def clerk(shop):
    client = Client()
    client.force_login(User.objects.create_user("clerk", is_staff=True))
    return client


def order(client, shop, **changes):
    body = {
        "customer": shop.pk,
        "lines": [{"sku": "A", "quantity": 2}, {"sku": "B", "quantity": 1}],
        **changes,
    }
    return client.post(URL, body, content_type="application/json")


def titles():
    return dict(Mismatch.objects.filter(is_inconclusive=False).values_list("title", "count"))


def reasons():
    """Why rehearsals came to no result."""
    return dict(Mismatch.objects.filter(is_inconclusive=True).values_list("title", "count"))


def compared():
    """How many rehearsals came to a result, and how many to none."""
    flush()
    shadow = totals(NAME)["shadow"]
    return shadow.other("compared"), shadow.other("inconclusive")


@contextmanager
def declared(**changes) -> Iterator[None]:
    before = endpoints.declared
    endpoints.replace(tuple(replace(one, **changes) if one.name == NAME else one for one in before))
    try:
        yield
    finally:
        endpoints.replace(before)


def handled_by(work):
    """A candidate that does something beside placing the order."""

    class View(PlaceOrderView):
        def execute(self, request, *args, **kwargs):
            response = super().execute(request, *args, **kwargs)
            work()
            return response

        post = execute

    return declared(view=View.as_view())


def test_a_correct_handler_differs_in_nothing_and_leaves_nothing(clerk, shop):
    for _ in range(3):
        assert order(clerk, shop).status_code == 201
    assert titles() == {}
    assert compared() == (3, 0)
    assert (Order.objects.count(), StockMovement.objects.count(), Note.objects.count()) == (3, 6, 3)
    assert Product.objects.get(sku="A").stock == 44
    assert not LoggedCommand.objects.exists()


def test_refusals_are_compared_too(clerk, shop):
    for wrong in ({"customer": 0}, {"lines": []}, {"lines": [{"sku": "Z", "quantity": 1}]}):
        assert order(clerk, shop, **wrong).status_code == 400
    assert order(clerk, shop, lines=[{"sku": "A", "quantity": 51}]).status_code == 400
    assert Client().post(URL, {}, content_type="application/json").status_code == 401
    assert titles() == {}
    assert compared() == (5, 0)


def test_who_would_rather_not_wait_is_rehearsed_all_the_same(clerk, shop):
    body = {"customer": shop.pk, "lines": [{"sku": "A", "quantity": 2}]}
    headers = {"Prefer": "respond-async"}
    assert clerk.post(URL, body, content_type="application/json", headers=headers).status_code == 201
    assert titles() == {}
    assert compared() == (1, 0)
    assert not LoggedCommand.objects.exists()


def test_a_candidate_that_only_accepts_is_not_compared(clerk, shop):
    class Accepting(PlaceOrderView):
        def answer(self, request):
            return self.accept(request, self.to_command(request))

        post = PlaceOrderView.execute

    with declared(view=Accepting.as_view()):
        assert order(clerk, shop, lines=[{"sku": "A", "quantity": 51}]).status_code == 400
        found = titles()
        assert found.keys() >= {"answer: status 400 → 202"}, "what legacy refuses is none to be accepted"
        assert order(clerk, shop).status_code == 201
    assert titles() == found
    assert compared() == (1, 1)
    assert reasons() == {"the candidate answered 202: it left for later what legacy does at once": 1}
    assert not LoggedCommand.objects.exists()


def test_an_extra_write_is_found(clerk, shop):
    with handled_by(lambda: Note.objects.create(customer=shop, text="twice")):
        assert order(clerk, shop).status_code == 201
    assert titles() == {"customers_note: row extra": 1}
    assert Note.objects.count() == 1
    assert "text=twice" in MismatchExample.objects.get().diff


def test_a_credential_in_the_address_is_not_kept(clerk, shop):
    with handled_by(lambda: Note.objects.create(customer=shop, text="twice")):
        body = {"customer": shop.pk, "lines": [{"sku": "A", "quantity": 2}]}
        clerk.post(f"{URL}?access_token=stolen", body, content_type="application/json")
    assert MismatchExample.objects.get().request == f"POST {URL}?access_token=***"


def test_a_write_to_a_table_without_images_is_found(clerk, shop):
    with handled_by(lambda: User.objects.create_user("ghost")):
        order(clerk, shop)
    assert titles() == {"auth_user: no images": 1}
    assert not User.objects.filter(username="ghost").exists()


def test_effects_within_the_transaction_are_found_and_do_not_happen(clerk, shop):
    def work():
        send_mail("Order", "placed", None, ["ada@example.com"])
        cache.set("seen", "yes")
        transaction.on_commit(lambda: cache.set("later", "yes"))

    with handled_by(work):
        order(clerk, shop)
    assert titles() == {
        "cache within the handler's transaction": 1,
        "mail within the handler's transaction": 1,
    }
    assert (mail.outbox, cache.get("seen"), cache.get("later")) == ([], None, None)


def test_another_answer_is_found(clerk, shop):
    class View(PlaceOrderView):
        success_status = 200

    with declared(view=View.as_view()):
        assert order(clerk, shop).status_code == 201
    assert titles() == {"answer: status 201 → 200": 1}


def test_an_exception_of_the_handler_is_found_and_reaches_nobody(clerk, shop):
    def broken():
        raise ZeroDivisionError

    with handled_by(broken):
        assert order(clerk, shop).status_code == 201
    assert "answer: candidate raised builtins.ZeroDivisionError" in titles()
    assert Order.objects.count() == 1


def test_a_handler_that_waits_for_a_lock_costs_half_a_second_and_is_inconclusive(clerk, shop, spawn):
    def waits():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(9)")

    with handled_by(waits):
        assert order(clerk, shop).status_code == 201
    assert titles() == {}
    assert compared() == (0, 1)
    [reason] = reasons()
    assert "statement timeout" in reason


def test_a_legacy_view_that_commits_in_the_middle_raises_or_runs_outside_atomic(clerk, shop):
    """What the view does is kept as it is; the rehearsal tells what the handler lacks of it."""
    calls = []

    def legacy(request):
        calls.append(request.body)
        Note.objects.create(customer=shop, text="outside")
        with transaction.atomic():
            Note.objects.create(customer=shop, text="first")
        try:
            with transaction.atomic():
                Note.objects.create(customer=shop, text="never")
                raise ValueError
        except ValueError:
            pass
        return JsonResponse({}, status=201)

    def handler(request):
        for text in ("outside", "first"):
            Note.objects.create(customer=shop, text=text)
        return JsonResponse({}, status=201)

    with declared(view=handler), replaced_legacy(legacy):
        assert clerk.post(URL, {"a": 1}, content_type="application/json").status_code == 201
    assert (titles(), compared()) == ({}, (1, 0))
    assert calls == [b'{"a": 1}']
    assert set(Note.objects.values_list("text", flat=True)) == {"outside", "first"}


@contextmanager
def replaced_legacy(view):
    from django.urls import resolve

    from legacy_app.orders.views import OrderViewSet

    original = OrderViewSet.create
    OrderViewSet.create = lambda self, request, *args, **kwargs: view(request._request)
    try:
        assert resolve(URL)
        yield
    finally:
        OrderViewSet.create = original


def test_another_writer_in_between_is_inconclusive_never_a_finding(clerk, shop, monkeypatch):
    from cqrs_routing.rehearsal import rehearsal

    run = rehearsal.run

    def interfering(*args, **options):
        outcome = run(*args, **options)
        thread = Thread(target=lambda: (Product.objects.update(price="5.00"), connection.close()))
        thread.start()
        thread.join()
        return outcome

    monkeypatch.setattr(rehearsal, "run", interfering)
    assert order(clerk, shop).status_code == 201
    assert titles() == {}
    assert compared() == (0, 1)
    [reason] = reasons()
    assert "orders_product" in reason


@contextmanager
def all_the_time(work) -> Iterator[None]:
    """Have ``work`` done by another writer as fast as it can, from before the block until after it."""
    begun, stop = Event(), Event()

    def run():
        try:
            while not stop.is_set():
                work()
                begun.set()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    try:
        assert begun.wait(20)
        yield
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


@pytest.fixture
def elsewhere(shop):
    """Others commit as fast as they can: on tables that no order has to do with, and in another database."""
    place = connection.get_connection_params()
    place = {name: place[name] for name in ("host", "port", "user", "password") if name in place}
    with psycopg.connect(**place, dbname="postgres", autocommit=True) as other:

        def work():
            other.execute("SELECT pg_current_xact_id()")
            Driver.objects.create(name="Bo", plate=str(uuid4())[:20])

        with all_the_time(work):
            yield


@pytest.mark.usefixtures("elsewhere")
def test_whoever_writes_elsewhere_hides_no_finding_and_causes_none(clerk, shop):
    for _ in range(10):
        assert order(clerk, shop).status_code == 201
    assert (titles(), compared()) == ({}, (10, 0))
    with handled_by(lambda: Order.objects.filter(pk=Order.objects.latest("pk").pk).update(note="wrong")):
        for _ in range(10):
            assert order(clerk, shop).status_code == 201
    assert titles() == {"orders_order.note: wrong value": 10}
    assert compared() == (20, 0)


@pytest.mark.parametrize("rehearsals", [20, pytest.param(200, marks=pytest.mark.long)])
def test_whoever_writes_to_the_same_rows_all_the_time_causes_no_finding(clerk, shop, rehearsals):
    def work():
        Product.objects.update(price=Decimal(randrange(100, 999)) / 100, stock=randrange(500, 999))

    with all_the_time(work):
        for _ in range(rehearsals):
            assert order(clerk, shop).status_code == 201
    done, inconclusive = compared()
    assert titles() == {}
    assert done + inconclusive == rehearsals
    assert inconclusive > 0


def test_under_asgi(shop):
    user = User.objects.create_user("clerk", is_staff=True)

    @async_to_sync
    async def placed():
        client = AsyncClient()
        await client.aforce_login(user)
        body = {"customer": shop.pk, "lines": [{"sku": "A", "quantity": 1}]}
        return await client.post(URL, body, content_type="application/json")

    assert placed().status_code == 201
    assert (titles(), compared()) == ({}, (1, 0))
    assert Order.objects.count() == 1


def test_shadow_is_refused_without_image_triggers(transactional_db):
    with pytest.raises(TransitionRefused) as refusal:
        set_mode(NAME, "shadow", by="ann")
    assert "have no image triggers. Run: manage.py cqrs_capture images install" in str(refusal.value)
    assert not EndpointMode.objects.exists()
    install_images(NAME)
    assert set_mode(NAME, "shadow", by="ann").changed
    remove_all_images("default")


def test_shadow_is_refused_where_no_tables_are_declared(transactional_db):
    with declared(tables=()), pytest.raises(TransitionRefused, match="declares no tables"):
        set_mode(NAME, "shadow", by="ann")


def test_the_command_is_the_one_that_is_routed():
    assert PlaceOrderView.command_class is PlaceOrder
