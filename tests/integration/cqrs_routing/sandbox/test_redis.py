"""The real Redis: a cache, a broker, and a client's own commands."""

import asyncio
import os

import pytest
import redis
import redis.asyncio
from asgiref.sync import async_to_sync
from celery import group
from django.core.cache import cache, caches

from cqrs_routing.sandbox.refusal import EffectRefused
from cqrs_routing.sandbox.sandbox import run
from legacy_app.celery import app
from legacy_app.orders.tasks import nightly_price_change, send_order_confirmation

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    """A client that the application may hold, with a connection that is open."""
    with redis.from_url(os.environ["REDIS_URL"]) as client:
        client.ping()
        yield client


def keys(redis_client):
    return sorted(key.decode() for key in redis_client.scan_iter())


@pytest.mark.parametrize("connected", [True, False])
def test_a_cache_is_read_and_not_written(connected, redis_client):
    cache.set("there", {"a": 1})
    before = keys(redis_client)
    if not connected:
        caches["default"]._cache._pools.clear()

    def code():
        cache.set("new", 1)
        cache.incr("new")
        cache.delete("there")
        cache.add("another", 1)
        return cache.get_many(["there", "new", "another"])

    def read():
        return cache.get("there"), cache.get_many(["there", "missing"])

    outcome = run(code)
    assert outcome.result == {"new": 2, "another": 1}
    assert [effect.detail for effect in outcome.effects] == [
        "set new",
        "incr new",
        "delete there",
        "add another",
    ]
    assert run(read).result == ({"a": 1}, {"there": {"a": 1}})
    assert keys(redis_client) == before
    assert cache.get("there") == {"a": 1}


def test_no_task_reaches_the_broker(redis_client):
    send_order_confirmation.delay(1)
    before = keys(redis_client), redis_client.llen("celery")

    def code():
        send_order_confirmation.delay(2)
        group(send_order_confirmation.si(3), nightly_price_change.si("1")).apply_async()
        return app.send_task("legacy_app.orders.tasks.nightly_price_change", ["2"]).id

    outcome = run(code)
    assert outcome.result
    assert [effect.detail.rpartition(".")[2] for effect in outcome.effects] == [
        "send_order_confirmation",
        "send_order_confirmation",
        "nightly_price_change",
        "nightly_price_change",
    ]
    assert (keys(redis_client), redis_client.llen("celery")) == before
    send_order_confirmation.delay(4)
    assert redis_client.llen("celery") == before[1] + 1


def test_a_command_that_reads_is_answered_and_one_that_writes_refused(client, redis_client):
    client.set("there", "1")

    def code():
        assert client.get("there") == b"1"
        assert redis.from_url(os.environ["REDIS_URL"]).exists("there") == 1
        for write in (
            lambda: client.set("new", 1),
            lambda: client.lpush("list", 1),
            lambda: client.publish("a", "b"),
        ):
            with pytest.raises(EffectRefused):
                write()

    outcome = run(code)
    assert outcome.error is None
    assert [str(effect) for effect in outcome.effects] == [
        "redis: SET new",
        "redis: LPUSH list",
        "redis: PUBLISH a",
    ]
    assert keys(redis_client) == ["there"]


def test_a_pipeline_is_refused_if_any_of_it_writes(client, redis_client):
    client.set("there", "1")

    def code():
        assert client.pipeline().get("there").ttl("there").execute() == [b"1", -1]
        with pytest.raises(EffectRefused):
            client.pipeline().get("there").delete("there").execute()
        with client.pipeline() as pipeline, pytest.raises(EffectRefused):
            pipeline.watch("there")

    outcome = run(code)
    assert outcome.error is None
    assert [str(effect) for effect in outcome.effects] == ["redis: DEL there", "redis: WATCH there"]
    assert keys(redis_client) == ["there"]


def test_an_asynchronous_client_is_treated_alike(redis_client):
    redis_client.set("there", "1")

    async def code():
        async with redis.asyncio.from_url(os.environ["REDIS_URL"]) as client:
            assert await client.get("there") == b"1"
            with pytest.raises(EffectRefused):
                await client.set("new", 1)
            with pytest.raises(EffectRefused):
                await client.pipeline().set("new", 1).execute()

    outcome = run(lambda: asyncio.run(code()))
    assert outcome.error is None
    assert [effect.detail for effect in outcome.effects] == ["SET new", "SET new"]
    assert keys(redis_client) == ["there"]
    async_to_sync(cache.aset)("a", 1)


def test_a_lock_is_not_taken(client, redis_client):
    assert isinstance(run(lambda: client.lock("mine").acquire(blocking=False)).error, EffectRefused)
    assert keys(redis_client) == []
