"""Users and groups in a canary: found out before any view has, and without leaving a trace of that."""

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Group, User
from django.http import JsonResponse
from django.test import AsyncClient, Client
from django.urls import path
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.authtoken.models import Token
from rest_framework.decorators import api_view, authentication_classes
from rest_framework.response import Response

from cqrs_routing.testing import endpoint_in_mode

NAME = "GET who"


def legacy(request):
    return JsonResponse({"side": "legacy"})


@api_view()
@authentication_classes([TokenAuthentication, SessionAuthentication])
def who(request):
    return Response({"side": "cqrs", "user": request.user.username})


def plain(request):
    return JsonResponse({"side": "cqrs"})


urlpatterns = [path("who/", legacy, name="who")]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["wsgi", "asgi"])
def ask(request, project, settings):
    """Asks the endpoint through either handler."""
    settings.ROOT_URLCONF = __name__
    project.replace(())
    project.read(NAME, view=who)

    def asked(user=None, token=None):
        headers = {"authorization": f"Token {token}"} if token else {}
        client = Client() if request.param == "wsgi" else AsyncClient()
        if user:
            client.force_login(user)
        get = client.get if request.param == "wsgi" else async_to_sync(client.get)
        return get("/who/", headers=headers)

    return asked


def side(response):
    return response.json()["side"] if response.status_code == 200 else response.status_code


def test_a_user_of_the_session_is_in(ask):
    ann, bob = User.objects.create_user("ann"), User.objects.create_user("bob")
    with endpoint_in_mode(NAME, "canary", users=(str(ann.pk),)):
        assert (side(ask(ann)), side(ask(bob)), side(ask())) == ("cqrs", "legacy", "legacy")


def test_a_user_of_a_token_is_in(ask):
    ann, bob = User.objects.create_user("ann"), User.objects.create_user("bob")
    tokens = [Token.objects.create(user=user).key for user in (ann, bob)]
    with endpoint_in_mode(NAME, "canary", users=(str(ann.pk),)):
        assert [side(ask(token=token)) for token in [*tokens, "wrong"]] == ["cqrs", "legacy", "legacy"]


def test_the_members_of_a_group_are_in(ask):
    ann, bob = User.objects.create_user("ann"), User.objects.create_user("bob")
    staff = Group.objects.create(name="staff")
    ann.groups.add(staff)
    with endpoint_in_mode(NAME, "canary", groups=(staff.pk,)):
        assert (side(ask(ann)), side(ask(bob))) == ("cqrs", "legacy")


def test_nobody_seems_to_have_looked_at_the_session(ask):
    ann = User.objects.create_user("ann")
    with endpoint_in_mode(NAME, "canary", users=("0",)):
        assert "Cookie" not in ask(ann).get("Vary", "")


def test_a_cohort_that_fails_is_no_error_of_the_request(ask, project, caplog):
    project.replace(())
    project.read(NAME, view=plain, cohort=lambda request: request.tenant)
    with endpoint_in_mode(NAME, "canary", percent=100):
        assert side(ask()) == "legacy"
    assert "the decision failed" in caplog.text
