"""Replays: the candidate is asked as legacy was: with the language, the time zone, the headers and the middleware."""

import json

import pytest
from django.contrib.auth.models import User
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone, translation

from cqrs_routing.models import Mismatch
from cqrs_routing.shadow import replay
from cqrs_routing.shadow.replay import replayed
from cqrs_routing.testing import endpoint_in_mode

from .conftest import compared

NAME = "GET told"

pytestmark = pytest.mark.django_db(transaction=True)


def told(request, key):
    if key == "gone":
        raise Http404
    if key == "streamed":
        return StreamingHttpResponse(["one ", "two"])
    if key == "unavailable":
        return HttpResponse(status=503)
    return JsonResponse(
        {
            "key": key,
            "query": request.GET.urlencode(),
            "language": translation.get_language(),
            "zone": timezone.get_current_timezone_name(),
            "user": str(request.user),
            "tenant": request.headers.get("X-Tenant", ""),
            "secure": request.is_secure(),
            "host": request.get_host(),
        }
    )


class LocalMiddleware:
    """What many projects have: language and zone by what the client says."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language, zone = request.COOKIES.get("language", "en"), request.COOKIES.get("zone", "UTC")
        with translation.override(language), timezone.override(zone):
            return self.get_response(request)


urlpatterns = [path("told/<str:key>/", told, name="told")]


@pytest.fixture
def client(project, settings, monkeypatch):
    settings.ROOT_URLCONF = __name__
    settings.ALLOWED_HOSTS = ["shop.example"]
    settings.USE_I18N = True
    monkeypatch.setattr(translation, "_trans", type(translation._trans)())  # it remembers that it was off
    settings.MIDDLEWARE = [f"{__name__}.LocalMiddleware", *settings.MIDDLEWARE]
    replay.handler.cache_clear()
    project.replace(())
    project.read(NAME, view=told)
    with endpoint_in_mode(NAME, "shadow", sampled=1.0):
        yield Client(headers={"host": "shop.example"})
    replay.handler.cache_clear()


def answers(client, sent, url, **options):
    """What legacy answered, and what the candidate does when it is asked again."""
    legacy = client.get(url, **options)
    [sample] = sent
    return json.loads(legacy.content), json.loads(replayed(sample, "cqrs").answer.body)


def test_the_request_is_the_same(client, sent):
    client.cookies.load({"language": "de", "zone": "Europe/Berlin"})
    client.force_login(User.objects.create_user("ann"))
    legacy, again = answers(
        client, sent, "/told/a%20b/?q=1&q=%C3%A4", headers={"X-Tenant": "acme"}, secure=True
    )
    assert again == legacy
    assert (legacy["language"], legacy["zone"], legacy["user"]) == ("de", "Europe/Berlin", "ann")
    assert (legacy["key"], legacy["tenant"], legacy["secure"]) == ("a b", "acme", True)


def test_nobody_is_nobody(client, sent):
    legacy, again = answers(client, sent, "/told/x/")
    assert again == legacy
    assert legacy["user"] == "AnonymousUser"


def test_what_was_active_here_is_active_afterwards(client, sent):
    client.cookies.load({"language": "de", "zone": "Europe/Berlin"})
    client.get("/told/x/")
    with translation.override("fr"), timezone.override("Asia/Tokyo"):
        replayed(sent[0], "legacy")
        assert (translation.get_language(), timezone.get_current_timezone_name()) == ("fr", "Asia/Tokyo")


def test_an_answer_that_django_makes_of_an_exception(client, sent, caplog):
    client.get("/told/gone/")
    assert [one.differences for one in compared(sent)] == [()]


def test_an_answer_that_a_middleware_gives_instead_is_no_answer_of_the_view(client, sent, settings):
    client.get("/told/x/")
    settings.ALLOWED_HOSTS = ["another.example"]
    assert replayed(sent[0], "cqrs").answer.error or replayed(sent[0], "cqrs").answer.status == 400


@pytest.mark.parametrize(
    ("path", "obstacle"),
    [
        ("/told/streamed/", "the answer is streamed"),
        ("/told/long/", "the answer has more than 0 kB"),
        ("/told/unavailable/", "legacy answered 503"),
    ],
)
def test_what_cannot_be_compared_is_told_with_the_reason(path, obstacle, client, sent, project, monkeypatch):
    monkeypatch.setattr("cqrs_routing.shadow.sample.LARGEST", 10)
    list(client.get(path))  # until all is sent
    [one] = compared(sent)
    assert (one.inconclusive, sent[0].user, sent[0].legacy.body) == (obstacle, "", b"")
    assert Mismatch.objects.get().title == obstacle


def test_a_response_is_compared_as_the_view_gave_it(client, sent, settings):
    settings.MIDDLEWARE = ["django.middleware.gzip.GZipMiddleware", *settings.MIDDLEWARE]
    fresh = Client(headers={"host": "shop.example", "accept-encoding": "gzip"})
    assert isinstance(fresh.get("/told/" + "x" * 300 + "/"), HttpResponse)
    assert [one.differences for one in compared(sent)] == [()]
