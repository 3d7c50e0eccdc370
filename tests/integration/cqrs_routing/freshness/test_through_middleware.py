"""The sample's order list in mode ``cqrs``, while nobody refreshes: who has written is never shown older data."""

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import AsyncClient, Client
from rest_framework.authtoken.models import Token as Login

from cqrs_read.backfill import backfill
from cqrs_read.refresh import refresh
from cqrs_routing.freshness import TokenKeeper
from cqrs_routing.models import EndpointMode
from cqrs_routing.modes.snapshot import modes
from cqrs_routing.testing import endpoint_in_mode
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary

NAME = "GET orders:order-list"
HEADER = "Freshness-Token"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _in_cqrs(transactional_db, settings):
    settings.CQRS_ROUTING = {"RESPONSE_HEADERS": True, "FRESHNESS_WAIT": 0.01}
    call_command("seed_legacy", "--scale", "0.005", verbosity=0)
    backfill(OrderSummary)
    EndpointMode.objects.create(pk=NAME, mode="cqrs")
    modes.expire()


@pytest.fixture
def browser():
    client = Client()
    client.force_login(User.objects.get(username="admin"))
    return client


@pytest.fixture
def program():
    key = Login.objects.get_or_create(user=User.objects.get(username="admin"))[0].key
    return Client(headers={"authorization": f"Token {key}"})


def customer():
    return Order.objects.filter(cancelled=False).earliest("pk").customer


def rename(client, name, **headers):
    path = f"/api/customers/{customer().pk}/"
    answer = client.patch(path, {"name": name}, content_type="application/json", headers=headers)
    assert answer.status_code == 200, answer.content
    return answer


def shown(answer):
    return {row["customer"]["name"] for row in answer.json()["results"]}


def side(answer):
    return "legacy" if 'side;desc="legacy"' in answer["Server-Timing"] else "cqrs"


def read(client, **headers):
    return client.get("/api/orders/?ordering=placed_at&page_size=200", headers=headers)


def test_a_browser_sees_its_own_write_and_others_do_not_wait_for_it(browser, program):
    assert side(read(browser)) == "cqrs"
    rename(browser, "Mine")
    own = read(browser)
    assert (side(own), "Mine" in shown(own)) == ("legacy", True)
    assert 'fallback;desc="orders_cqrs.OrderSummary has not consumed' in own["Server-Timing"]
    others = read(program)
    assert (side(others), "Mine" in shown(others)) == ("cqrs", False)

    refresh(OrderSummary)

    own = read(browser)
    assert (side(own), "Mine" in shown(own)) == ("cqrs", True)


def test_a_program_brings_its_token_in_a_header(program):
    keeper = TokenKeeper()
    answer = rename(program, "Mine")
    keeper.note(answer)
    assert not answer.cookies
    assert side(read(program)) == "cqrs"
    assert side(read(program, **keeper.headers())) == "legacy"
    refresh(OrderSummary)
    assert side(read(program, **keeper.headers())) == "cqrs"


def test_a_write_at_an_endpoint_that_nobody_declared_gets_a_token(browser):
    answer = browser.post("/api/auth/logout/")
    assert HEADER in answer


def test_a_read_gets_none(browser):
    assert HEADER not in read(browser)


def test_in_legacy_mode_nobody_gets_one(browser):
    EndpointMode.objects.update(mode="legacy")
    modes.expire()
    assert HEADER not in rename(browser, "Mine")


@pytest.mark.parametrize("token", ["forged", "é", "x" * 9_000])
def test_a_forged_token_changes_nothing(browser, token):
    answer = read(browser, **{HEADER: token})
    assert (side(answer), answer.status_code) == ("cqrs", 200)


def test_after_a_failover_legacy_answers_until_the_repair(browser):
    rename(browser, "Mine")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cqrs_read_model_state SET origin = 'before'")
    answer = read(browser)
    assert (side(answer), "Mine" in shown(answer)) == ("legacy", True)


def test_under_asgi_it_is_the_same():
    under_asgi(f"/api/customers/{customer().pk}/", User.objects.get(username="admin"))


@async_to_sync
async def under_asgi(path, user):
    client, orders = AsyncClient(), "/api/orders/?page_size=200"
    await client.aforce_login(user)
    assert side(await client.get(orders)) == "cqrs"
    answer = await client.patch(path, {"name": "Mine"}, content_type="application/json")
    assert HEADER in answer
    own = await client.get(orders)
    assert (side(own), "Mine" in shown(own)) == ("legacy", True)
    await sync_to_async(refresh)(OrderSummary)
    assert side(await client.get(orders)) == "cqrs"


def test_in_a_mode_that_a_test_has_set_the_side_is_certain(browser):
    with endpoint_in_mode(NAME, "cqrs"):
        rename(browser, "Mine")
        assert side(read(browser)) == "cqrs"
