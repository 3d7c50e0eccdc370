"""Shadow reads: equal answers are counted, differences are checked in one moment and kept by their kind."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from cqrs_read.refresh import refresh
from cqrs_routing.comparison import Rules
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.models import Mismatch, MismatchExample
from cqrs_routing.traffic.counts import counts
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary

from .conftest import NAME, compared, titles

URL = "/api/orders/"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shadowed")]


def metrics():
    """What was counted on the shadow side."""
    taken = counts.take()
    return {cell.metric: count for cell, count in taken.items() if cell.side == "shadow"}


def damage(**columns):
    """Have the read model say something else of the newest order, as no refresh would."""
    [(column, value)] = columns.items()
    table = OrderSummary._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE number = 'N-11'", [value])


def test_equal_answers_are_compared_and_leave_nothing(clerk, sent):
    for query in ("", "?page_size=5", "?ordering=placed_at", "?status=new", "?page=99", "?status=nonsense"):
        clerk.get(URL + query)
    assert [one.differences for one in compared(sent)] == [()] * 6
    assert metrics()["compared"] == 6
    assert not Mismatch.objects.exists()


def test_the_candidate_is_asked_by_the_same_user(shop, sent):
    client = Client()
    client.force_login(User.objects.get(username="ada"))
    assert client.get(URL).json()["count"] == 4
    Client().get(URL)
    assert [one.differences for one in compared(sent)] == [(), ()]
    assert [sample.user != "" for sample in sent] == [True, False]


def test_nothing_that_is_queued_could_be_used_to_log_in(clerk, sent):
    clerk.get(URL, headers={"X-Api-Key": "k1", "X-Tenant": "acme"})
    Client().get(URL, headers={"Authorization": "Token stolen"})
    text = str([sample.to_dict() for sample in sent])
    assert "acme" in text
    assert not [
        secret for secret in ("k1", "sessionid", "stolen", clerk.cookies["sessionid"].value) if secret in text
    ]


def test_credentials_of_nobody_that_the_monolith_knows_are_told_as_the_reason(clerk, sent):
    Client().get(URL, headers={"Authorization": "Token stolen"})
    [one] = compared(sent)
    assert one.inconclusive.startswith("the credentials that were brought are no user's")
    assert metrics()["inconclusive"] == 1


def test_a_credential_in_the_address_is_not_kept(clerk, sent):
    damage(status="lost")
    clerk.get(f"{URL}?token=stolen&page_size=5")
    compared(sent)
    assert MismatchExample.objects.get().request == f"GET {URL}?token=***&page_size=5"


def test_a_difference_that_stays_is_a_mismatch_with_its_example(clerk, sent):
    damage(status="lost")
    clerk.get(URL)
    compared(sent)
    assert titles() == {"results[].status changed": 1}
    assert metrics()["mismatched"] == 1
    example = MismatchExample.objects.get()
    assert example.request == f"GET {URL}"
    assert "legacy     'new'" in example.diff.replace('"', "'")
    assert "lost" in example.candidate
    assert "lost" not in example.legacy


def test_what_the_read_model_has_not_consumed_yet_is_no_mismatch(clerk, sent):
    Customer.objects.update(city="Moved")
    clerk.get(URL)
    [one] = compared(sent)
    assert (one.differences, one.inconclusive) == ((), "")
    assert not Mismatch.objects.exists()


def test_what_was_written_since_is_no_mismatch(clerk, sent):
    clerk.get(URL)
    Order.objects.filter(number="N-1").delete()
    refresh(OrderSummary)
    [one] = compared(sent)
    assert (one.differences, one.inconclusive) == ((), "")


def test_many_mismatches_read_as_their_causes(clerk, sent):
    damage(status="lost")
    for _ in range(8):
        clerk.get(URL)
    compared(sent)
    sent.clear()
    damage(total=1)
    clerk.get(f"{URL}?page_size=1&ordering=-id")
    compared(sent)
    assert titles() == {"results[].status changed": 9, "results[].total changed": 1}
    assert MismatchExample.objects.count() == 6


def test_an_exception_of_the_candidate_is_a_kind_of_its_own_and_reaches_nobody(clerk, sent, replaced, caplog):
    def broken(request):
        raise ZeroDivisionError

    with replaced(view=broken):
        assert clerk.get(URL).status_code == 200
        compared(sent)
    assert titles() == {"candidate raised builtins.ZeroDivisionError": 1}
    assert not [record for record in caplog.records if record.name == "django.request"]


def test_the_rules_of_the_endpoint_are_kept_to(clerk, sent, replaced):
    damage(status="lost")
    with replaced(rules=Rules(ignore=("results[].status",))):
        clerk.get(URL)
        [one] = compared(sent)
    assert not one.differences


def test_somebody_who_is_there_no_more_cannot_ask_again(clerk, sent):
    clerk.get(URL)
    User.objects.filter(username="clerk").delete()
    [one] = compared(sent)
    assert one.inconclusive == "whoever asked is there no more"
    kept = Mismatch.objects.get()
    assert (kept.title, kept.is_inconclusive, kept.count) == (one.inconclusive, True, 1)


def test_a_candidate_without_read_models_is_compared_too(clerk, sent, replaced):
    with replaced(read_models=()):
        clerk.get(URL)
        Order.objects.filter(number="N-11").update(status="paid")
        assert not compared(sent)[0].differences
        damage(status="lost")
        assert compared(sent)[0].differences


def test_a_candidate_that_writes_leaves_nothing(clerk, sent, replaced):
    def writes(request):
        Customer.objects.all().update(phone="0", last_contact_at=timezone.now() - timedelta(days=1))
        raise ValueError

    with replaced(view=writes):
        clerk.get(URL)
        compared(sent)
    assert not Customer.objects.filter(phone="0").exists()


def test_what_is_compared_is_not_throttled(clerk, sent):
    clerk.get(URL)
    answers = compared(sent * 130)
    assert {one.candidate for one in answers} == {None}, "no answer differed, as a 429 would"
    assert clerk.get(URL).status_code == 200


@pytest.fixture
def replaced():
    """The endpoint, declared otherwise for a block."""

    @contextmanager
    def declared(**changes):
        before = endpoints.declared
        endpoints.replace(tuple(replace(one, **changes) if one.name == NAME else one for one in before))
        try:
            yield
        finally:
            endpoints.replace(before)

    return declared
