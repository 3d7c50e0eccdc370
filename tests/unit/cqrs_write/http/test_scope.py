from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser, User

from cqrs_write.http.idempotency.scope import check_secrecy, scope_of
from cqrs_write.http.problems import Problem


def request(user, view_name="orders:order-list", session_key=None):
    return SimpleNamespace(
        user=user,
        method="POST",
        path="/orders/",
        resolver_match=SimpleNamespace(view_name=view_name) if view_name else None,
        session=SimpleNamespace(session_key=session_key),
    )


def test_it_is_the_actor_and_the_endpoint():
    assert scope_of(request(User(pk=7))) == "actor:7 POST orders:order-list"


def test_a_request_that_was_not_resolved_has_its_path():
    assert scope_of(request(User(pk=7), view_name=None)) == "actor:7 POST /orders/"


def test_of_somebody_unknown_it_is_the_session_but_not_its_key():
    first, second = (scope_of(request(AnonymousUser(), session_key=key)) for key in ("secret-1", "secret-2"))

    assert first.startswith("session:")
    assert first != second
    assert "secret" not in first


def test_without_a_session_there_is_nothing_to_tell():
    assert scope_of(request(AnonymousUser())) == "anonymous POST orders:order-list"
    assert scope_of(request(None)) == "anonymous POST orders:order-list"


def test_one_that_is_too_long_for_the_table_is_shortened_and_stays_its_own():
    scopes = {scope_of(request(User(pk=7), view_name=f"{'x' * 400}{end}")) for end in "ab"}

    assert len(scopes) == 2
    assert max(map(len, scopes)) <= 300


def test_only_of_somebody_unknown_a_key_must_be_long():
    check_secrecy("1", request(User(pk=7)))
    check_secrecy("x" * 22, request(AnonymousUser()))
    with pytest.raises(Problem, match="22 characters"):
        check_secrecy("x" * 21, request(AnonymousUser()))
