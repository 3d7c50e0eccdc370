"""Sessions, wherever they are kept."""

from importlib import import_module

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache

from cqrs_routing.sandbox.sandbox import run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["db", "cache", "cached_db"])
def store(request):
    return import_module(f"django.contrib.sessions.backends.{request.param}").SessionStore


def test_a_session_is_not_saved(store, redis_client):
    session = store()
    session["a"] = 1
    session.save()
    held = store(session.session_key)
    before = redis_client.keys()

    def code():
        held["a"] = 2
        held.save()
        new = store()
        new["b"] = 1
        new.save()
        return store(session.session_key)["a"], store(new.session_key)["b"]

    outcome = run(code, tolerate=["cache"])
    assert (outcome.result, outcome.effects) == ((2, 1), ())
    assert store(session.session_key)["a"] == 1
    assert Session.objects.count() <= 1
    assert redis_client.keys() == before


def test_a_session_is_not_ended(store):
    session = store()
    session["a"] = 1
    session.save()
    key = session.session_key
    held = store(key)
    run(held.flush)
    cache.close()
    assert store(key)["a"] == 1
