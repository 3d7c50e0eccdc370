"""Who gets a token, and where it is in the answer."""

import logging

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from cqrs_routing.freshness import hand_out as handing
from cqrs_routing.freshness.hand_out import ahand_out, hand_out, sources
from cqrs_routing.models import EndpointMode
from cqrs_routing.modes.snapshot import modes
from cqrs_routing.testing import endpoint_in_mode
from cqrs_write.freshness import Token, mark, read
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_routing.views import ok

from .conftest import NAME

pytestmark = pytest.mark.django_db(transaction=True)

HEADER, COOKIE = "Freshness-Token", "cqrs_freshness"


@pytest.fixture(autouse=True)
def _not_failing(monkeypatch):
    monkeypatch.setattr(handing, "_failing", False)


@pytest.fixture(params=["sync", "async"])
def answer(request):
    """What is in the answer to a request with the given cookies and headers."""
    give = hand_out if request.param == "sync" else async_to_sync(ahand_out)

    def ask(*, cookies=(), headers=(), status=200, sets=()):
        factory = RequestFactory()
        for name, value in dict(cookies).items():
            factory.cookies[name] = value
        response = HttpResponse(status=status)
        for name, value in dict(sets).items():
            response.set_cookie(name, value)
        give(factory.post("/unrouted/", headers=dict(headers)), response)
        return response

    return ask


def test_while_a_read_endpoint_is_in_cqrs_every_write_gets_one(answer, in_cqrs, order):
    before = mark()
    order.save()
    given = answer()
    token = read(given[HEADER])
    assert token is not None
    assert token.covers(before)
    assert COOKIE not in given.cookies


@pytest.mark.parametrize("mode", ["legacy", "shadow"])
def test_while_legacy_answers_everything_nobody_gets_one(answer, endpoint, mode):
    EndpointMode.objects.create(pk=NAME, mode=mode)
    modes.expire()
    assert HEADER not in answer()


def test_some_of_the_clients_are_reason_enough(answer, endpoint):
    EndpointMode.objects.create(pk=NAME, mode="canary", percent=5)
    modes.expire()
    assert HEADER in answer()


def test_a_write_endpoint_is_none(answer, project, transactional_db):
    project.replace(())
    project.write("POST routed:ok", view=ok)
    with endpoint_in_mode("POST routed:ok", "cqrs"):
        assert HEADER not in answer()


def test_an_endpoint_without_read_models_is_none(answer, project, transactional_db):
    project.replace(())
    project.read(NAME, view=ok)
    with endpoint_in_mode(NAME, "cqrs"):
        assert HEADER not in answer()


def test_an_endpoint_of_which_nobody_knows_yet_that_it_moved_is_noticed(answer, endpoint):
    """The process has answered nothing that is routed, which is when modes are read otherwise."""
    modes.forget()
    EndpointMode.objects.create(pk=NAME, mode="cqrs")
    assert HEADER in answer()


class TestCookie:
    @pytest.mark.parametrize(
        "request_of_a_browser", [{"cookies": {"sessionid": "x"}}, {"sets": {"csrftoken": "x"}}]
    )
    def test_who_has_cookies_gets_one_more(self, answer, in_cqrs, request_of_a_browser):
        given = answer(**request_of_a_browser)
        cookie = given.cookies[COOKIE]
        assert cookie.value == given[HEADER]
        assert cookie["httponly"]
        assert (cookie["samesite"], cookie["path"], cookie["secure"]) == ("Lax", "/", "")
        assert (cookie["max-age"], cookie["expires"]) == ("", "")

    def test_it_is_as_secure_as_the_session_cookie(self, answer, in_cqrs, settings):
        settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_DOMAIN = True, ".example.com"
        cookie = answer(cookies={"sessionid": "x"}).cookies[COOKIE]
        assert cookie["secure"]
        assert cookie["domain"] == ".example.com"

    def test_the_settings_can_rename_it_or_leave_it_out(self, answer, in_cqrs, settings):
        settings.CQRS_ROUTING = {"FRESHNESS_COOKIE": "seen"}
        assert "seen" in answer(cookies={"sessionid": "x"}).cookies
        settings.CQRS_ROUTING = {"FRESHNESS_COOKIE": ""}
        given = answer(cookies={"sessionid": "x"})
        assert HEADER in given
        assert not given.cookies


class TestWhatWasBrought:
    other = Token(numbers={"deadbeef": 5})

    def test_it_is_covered_by_what_is_handed_out(self, answer, in_cqrs):
        """A client that writes to two services has one cookie for both."""
        before = mark()
        given = answer(cookies={COOKIE: str(self.other)}, headers={HEADER: str(before)})
        token = read(given[HEADER])
        assert token is not None
        assert token.covers(self.other)
        assert token.covers(before)

    def test_what_is_forged_is_not_passed_on(self, answer, in_cqrs):
        token = read(answer(headers={HEADER: "forged"})[HEADER])
        assert token is not None
        assert len(token.numbers) == 1


class TestTrouble:
    def test_a_failing_answer_has_one_too_since_something_may_be_committed(self, answer, in_cqrs):
        connection.ensure_connection()
        assert HEADER in answer(status=500)

    def test_a_database_that_is_away_is_not_waited_for_again(self, in_cqrs):
        mark()
        connection.close()
        response = HttpResponse(status=503)
        modes.refresh()
        connection.close()
        hand_out(RequestFactory().post("/"), response)
        assert HEADER not in response
        assert connection.connection is None

    def test_without_a_token_the_answer_is_as_it_was_and_the_log_says_so_once(
        self, answer, in_cqrs, monkeypatch, caplog
    ):
        monkeypatch.setattr(handing, "mark", lambda aliases: 1 / 0)
        for _ in range(3):
            given = answer(cookies={"sessionid": "x"})
            assert HEADER not in given
            assert not given.cookies
        assert len([record for record in caplog.records if record.levelno == logging.WARNING]) == 1

    def test_a_setting_that_does_not_exist_disturbs_no_answer(self, answer, in_cqrs, settings):
        settings.CQRS_ROUTING = {"FRESHNES_WAIT": 1}
        assert answer().status_code == 200

    def test_a_broken_transaction_around_it_stays_as_it_is(self, in_cqrs):
        modes.refresh()
        with transaction.atomic():
            transaction.set_rollback(True)
            response = HttpResponse()
            hand_out(RequestFactory().post("/"), response)
            assert HEADER not in response
            assert transaction.get_rollback()


def test_nobody_counts_its_queries(in_cqrs, django_assert_num_queries):
    with django_assert_num_queries(0):
        hand_out(RequestFactory().post("/"), HttpResponse())


def test_databases_that_no_served_read_model_follows_are_not_asked(in_cqrs, project):
    modes.refresh()
    assert sources() == ["default"]
    project.replace(())
    project.read("GET keyed", view=ok, read_model=OrderSummary)
    assert sources() == []
