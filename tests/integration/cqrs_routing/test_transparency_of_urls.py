"""A candidate cannot tell, nor can its clients, whether it is routed to or mounted itself: whatever the URL and view.

The same requests to two URLconfs (``mounts.py``): one has the candidates, the other the legacy views, with every
endpoint in ``cqrs``.
"""

from contextlib import ExitStack
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connections, transaction
from django.utils import translation
from rest_framework.authtoken.models import Token

from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.testing import endpoint_in_mode, only_endpoints_declared_here

from .browser import Browser
from .mounts import VIEW_NAMES, direct, routed
from .told import CANDIDATES, LegacyClass, Shelf, Tells, legacy, tells

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "cqrs_routing.middleware.RoutingMiddleware",
]
SHELF = {
    "GET api:shelf-list": ("get", "list"),
    "POST api:shelf-list": ("post", "create"),
    "GET api:shelf-detail": ("get", "retrieve"),
    "GET api:shelf-turn": ("get", "turn"),
    "POST api:shelf-turn": ("post", "turn"),
    "GET api:shelf-busy": ("get", "busy"),
}
"""The endpoints of the viewset: the method, and the action that answers it."""

METHODS = ("GET", "POST", "DELETE")

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["wsgi", "asgi"])
def handler(request):
    return request.param


@pytest.fixture(params=[False, True], ids=["autocommit", "atomic"])
def atomic_requests(request, monkeypatch):
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", request.param)


@pytest.fixture(autouse=True)
def project(settings, monkeypatch):
    """A project with every kind of URL, and its endpoints."""
    settings.MIDDLEWARE = MIDDLEWARE
    settings.USE_I18N = True
    # Which of its two ways Django keeps from the first text on.
    monkeypatch.setattr(translation, "_trans", type(translation._trans)())
    settings.LANGUAGE_CODE = "en"
    settings.LANGUAGES = [("en", "English"), ("de", "German")]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.CQRS_ROUTING = {"RESPONSE_HEADERS": False}
    with only_endpoints_declared_here() as endpoints:
        views = dict.fromkeys(VIEW_NAMES.values(), tells) | CANDIDATES
        by_method = {f"{method} {name}": view for name, view in views.items() for method in METHODS}
        by_method |= {name: shelf(*action) for name, action in SHELF.items()}
        endpoints.replace(
            tuple(Endpoint(name=name, view=view, kind="read") for name, view in by_method.items())
        )
        yield endpoints


def shelf(method, action):
    """The view of one action, with what its decorator says of it, as the router makes it."""
    of_its_own = getattr(getattr(Shelf, action), "kwargs", {})
    return Shelf.as_view(
        {method: action}, basename="shelf", detail=action in {"retrieve", "turn"}, **of_its_own
    )


@pytest.fixture
def same(project, settings, handler):
    """Have a browser visit both projects, and return what it was answered, which must be the same in both."""

    def visits(visit, **options):
        answers = []
        for urls in (direct, routed):
            cache.clear()
            settings.ROOT_URLCONF = urls()
            with ExitStack() as modes, transaction.atomic():
                for name in project.names:
                    modes.enter_context(endpoint_in_mode(name, "cqrs"))
                answers.append(visit(Browser(handler, **options)))
                transaction.set_rollback(True)
        assert answers[1] == answers[0]
        return answers[0]

    return visits


def asks(method, path, *arguments, **headers):
    return lambda browser: browser.ask(method, path, *arguments, **headers)


def asks_by_each_method(path):
    return lambda browser: [browser.ask(method, path) for method in ("GET", "HEAD", "POST", "DELETE")]


@pytest.mark.parametrize("address", VIEW_NAMES)
def test_urls_of_every_kind(same, address):
    answers = same(asks_by_each_method(f"{address}?a=1"))
    assert {answer.status for answer in answers} == {200}
    assert not any(b"legacy" in answer.body for answer in answers)


@pytest.mark.usefixtures("atomic_requests")
@pytest.mark.parametrize("name", CANDIDATES)
def test_views_of_every_kind(same, name):
    answers = same(asks_by_each_method(f"/views/{name}/"))
    assert not any(b"legacy" in answer.body for answer in answers)


@pytest.mark.parametrize(
    ("address", "name", "view"),
    [
        ("/unnamed/function/", f"GET {legacy.__module__}.legacy", tells),
        ("/unnamed/class/", f"GET {LegacyClass.__module__}.LegacyClass", Tells.as_view()),
        ("/unnamed/within/function/", f"GET within:{legacy.__module__}.legacy", tells),
    ],
)
def test_urls_without_a_name_go_by_the_path_of_the_view(same, project, address, name, view):
    project.read(name, view=view)
    assert b"legacy" not in same(asks("GET", address)).body


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_language_that_the_client_asks_for(same, language):
    answer = same(asks("GET", "/named/", **{"accept-language": language}))
    assert answer.headers["Content-Language"] == language
    assert f'"translated": "{"Ja" if language == "de" else "Yes"}"'.encode() in answer.body


def test_an_address_without_its_language_is_redirected(same):
    assert same(asks("GET", "/place/")).status == 302


def test_options_are_answered_by_the_legacy_view(handler, settings):
    settings.ROOT_URLCONF = routed()
    with endpoint_in_mode("GET class", "cqrs"):
        assert b"legacy" in Browser(handler).ask("OPTIONS", "/views/class/").body


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/shelves/", 200),
        ("HEAD", "/api/shelves/", 200),
        ("GET", "/api/shelves/5/", 200),
        ("GET", "/api/shelves/0/", 404),
        ("GET", "/api/shelves/5/turn-over/", 200),
        ("POST", "/api/shelves/5/turn-over/", 400),
        ("POST", "/api/shelves/", 201),
        ("GET", "/api/shelves/busy/", 200),
    ],
)
def test_actions_of_a_viewset(same, method, path, status):
    user = User.objects.create_user("ada")
    answer = same(asks(method, path), user=user)
    assert (answer.status, b"legacy" in answer.body) == (status, False)


@pytest.mark.parametrize("accept", ["application/json", "text/html", "text/csv"])
def test_what_a_client_accepts(same, accept):
    same(asks("GET", "/views/api/", accept=accept))


@pytest.mark.parametrize("who", ["nobody", "customer", "clerk", "customer by token", "a bad token"])
def test_authentication_and_permissions(same, who):
    customer, clerk = User.objects.create_user("ada"), User.objects.create_user("bob", is_staff=True)
    token = Token.objects.create(user=customer).key
    tokens = {"customer by token": f"Token {token}", "a bad token": "Token nonsense"}
    headers = {"authorization": tokens[who]} if who in tokens else {}

    def visit(browser):
        paths = ("/api/shelves/", "/views/staff/", "/views/api/", "/views/tells/")
        return [browser.ask(method, path, **headers) for path in paths for method in ("GET", "POST")]

    answers = same(visit, user={"customer": customer, "clerk": clerk}.get(who))
    assert answers[2].status == {"clerk": 200, "nobody": 401, "a bad token": 401}.get(who, 403)


@pytest.mark.parametrize("path", ["/api/shelves/", "/views/api/", "/views/tells/"])
@pytest.mark.parametrize("token", ["", "a" * 32])
def test_csrf_of_a_session(same, path, token):
    user = User.objects.create_user("ada")
    answer = same(asks("POST", path, **{"x-csrftoken": token}), user=user, enforce_csrf_checks=True)
    assert answer.status == 403


def test_forms_and_files_reach_the_candidate(same):
    body = (
        "--cut\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n"
        "--cut\r\nContent-Disposition: form-data; name=f; filename=f.txt\r\n\r\ntext\r\n--cut--\r\n"
    )
    answer = same(asks("POST", "/named/", body, "multipart/form-data; boundary=cut"))
    assert b'"posted": {"a": "1"}, "files": {"f": "text"}' in answer.body


def test_throttles_count_the_candidates_requests(same):
    answers = same(lambda browser: [browser.ask("GET", "/api/shelves/busy/") for _ in range(4)])
    assert [answer.status for answer in answers] == [200, 200, 429, 429]


def test_sessions_messages_and_cookies(same):
    answers = same(lambda browser: [browser.ask("GET", "/views/visits/") for _ in range(2)])
    assert [b'"visits": 2' in answer.body for answer in answers] == [False, True]
    assert any(cookie.startswith("last=") for cookie in answers[0].cookies)


def test_conditional_requests(same):
    assert same(asks("GET", "/views/stale/", **{"if-none-match": '"fixed"'})).status == 304


@pytest.mark.parametrize(
    ("name", "status", "body"),
    [
        ("missing", 404, b"missing says not here"),
        ("broken", 500, b"broken"),
        ("refused", 403, b"403 Forbidden"),
        ("bad", 400, b"Bad Request"),
        ("suspicious", 400, b"Bad Request"),
    ],
)
def test_the_projects_own_error_pages(same, name, status, body):
    answer = same(asks("GET", f"/views/{name}/"))
    assert answer.status == status
    assert body in answer.body


@pytest.mark.parametrize("name", ["tells", "tells_async", "missing", "broken", "api", "refused"])
@pytest.mark.parametrize("refusing", [False, True], ids=["open", "closed"])
def test_the_order_of_all_middleware(same, settings, name, refusing):
    notes = [
        f"{__package__}.order.{kind}" for kind in ("Outer", *(["Refusing"] if refusing else []), "Inner")
    ]
    settings.MIDDLEWARE = [notes[0], *MIDDLEWARE[:-1], *notes[1:], MIDDLEWARE[-1]]
    answer = same(asks("GET", f"/views/{name}/"))
    assert answer.headers["X-Order"].startswith("outer request;")
    assert (answer.status == 503) == refusing


def test_what_is_not_there_is_not_there(same):
    for path in ("/nothing/", "/named", "/pk/x/", "/fr/place/"):
        assert same(asks("GET", path)).status in {301, 404}


def test_a_view_is_answered_to_several_at_once(same):
    """The candidate that is prepared for the first request serves the next ones, whoever asks."""
    visit = partial(lambda paths, browser: [browser.ask("GET", path) for path in paths], list(VIEW_NAMES) * 2)
    assert len(same(visit)) == 2 * len(VIEW_NAMES)
