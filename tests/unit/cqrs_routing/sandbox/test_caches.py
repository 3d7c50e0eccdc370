"""Caches, as code in a sandbox sees them and as everybody else does."""

import asyncio
import tempfile
import time

import pytest
from asgiref.sync import async_to_sync
from django.core.cache import cache
from django.core.cache.backends.base import InvalidCacheKey
from django.core.cache.backends.locmem import LocMemCache

from .keeping import found, kept_in

pytestmark = pytest.mark.usefixtures("locmem")


def outside(in_thread, *keys):
    """What another thread finds under ``keys``."""
    return in_thread(lambda: [cache.get(key) for key in keys])


def test_the_code_reads_its_own_writes_and_nobody_else_does(in_thread):
    with kept_in() as recorded:
        cache.set("a", [1])
        assert cache.get("a") == [1]
        assert "a" in cache
        assert outside(in_thread, "a") == [None]
    assert cache.get("a") is None
    assert found(recorded) == [("cache", "set a")]


def test_reading_is_no_effect_and_reads_what_is_there():
    cache.set_many({"a": 1, "b": None})
    with kept_in() as recorded:
        assert (cache.get("a"), cache.get("b", 2), cache.get("c", 3)) == (1, None, 3)
        assert cache.get_many(["c", "b", "a"]) == {"b": None, "a": 1}
        assert cache.has_key("b")
    assert not recorded.effects


def test_what_others_write_meanwhile_is_seen(in_thread):
    with kept_in():
        in_thread(lambda: cache.set("a", 1))
        assert cache.get("a") == 1


WRITES = {
    "set": lambda: cache.set("a", 2),
    "set of another version": lambda: cache.set("a", 2, version=2),
    "add": lambda: cache.add("new", 2),
    "set_many": lambda: cache.set_many({"a": 2, "new": 2}),
    "get_or_set": lambda: cache.get_or_set("new", lambda: 2),
    "incr": lambda: cache.incr("a"),
    "decr": lambda: cache.decr("a"),
    "touch": lambda: cache.touch("a", 0),
    "incr_version": lambda: cache.incr_version("a"),
    "delete": lambda: cache.delete("a"),
    "delete_many": lambda: cache.delete_many(["a", "b"]),
    "clear": lambda: cache.clear(),
    "aset": lambda: async_to_sync(cache.aset)("a", 2),
    "aset_many": lambda: async_to_sync(cache.aset_many)({"a": 2}),
    "aincr": lambda: async_to_sync(cache.aincr)("a"),
    "adelete": lambda: async_to_sync(cache.adelete)("a"),
    "aclear": lambda: async_to_sync(cache.aclear)(),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_write_has_the_same_effect_inside_and_none_outside(name):
    def everything():
        there = {version: cache.get_many(["a", "b", "new"], version=version) for version in (1, 2)}
        return there, [cache.get(key, "nothing") for key in ("a", "b", "new")], cache.has_key("a")

    def prepare():
        cache.clear()
        cache.set_many({"a": 1, "b": 5})

    prepare()
    before = everything()
    with kept_in() as recorded:
        returned_inside, inside = WRITES[name](), everything()
    assert everything() == before
    assert recorded.effects
    prepare()
    returned, really = WRITES[name](), everything()
    assert (returned_inside, inside) == (returned, really)


def test_an_addition_to_a_key_that_is_there_is_no_effect():
    cache.set("a", 1)
    with kept_in() as recorded:
        assert cache.add("a", 2) is False
        assert cache.touch("missing") is False
        assert cache.get_or_set("a", 2) == 1
    assert not recorded.effects


def test_the_detail_names_the_keys():
    with kept_in() as recorded:
        cache.set_many({"a": 1, "b": 2})
        cache.incr("a")
        cache.delete("b")
        cache.clear()
    assert [detail for _, detail in found(recorded)] == ["set a", "set b", "incr a", "delete b", "clear"]


def test_counting_what_is_not_there_fails_as_it_does_outside():
    with kept_in(), pytest.raises(ValueError, match="'a' not found"):
        cache.incr("a")


def test_a_value_is_kept_as_it_was_when_it_was_set():
    with kept_in():
        value = [1]
        cache.set("a", value)
        value.append(2)
        cache.get("a").append(3)
        assert cache.get("a") == [1]


def test_what_expires_is_gone():
    with kept_in():
        cache.set("a", 1, timeout=0.01)
        cache.set("b", 1, timeout=0)
        cache.set("c", 1, timeout=None)
        time.sleep(0.02)
        assert cache.get_many("abc") == {"c": 1}


def test_what_is_deleted_stays_deleted_though_it_is_there():
    cache.set("a", 1)
    with kept_in():
        assert cache.delete("a") is True
        assert cache.delete("a") is False
        assert (cache.get("a"), cache.get_many(["a"]), cache.add("a", 2)) == (None, {}, True)
    assert cache.get("a") == 1


def test_caches_do_not_mix(locmem):
    with kept_in():
        locmem["default"].set("a", 1)
        assert locmem["other"].get("a") is None


def test_a_backend_that_is_held_since_before_is_the_same_cache(locmem):
    held = locmem["default"]
    with kept_in() as recorded:
        held.set("a", 1)
        assert cache.get("a") == 1
    assert held.get("a") is None
    assert found(recorded) == [("cache", "set a")]


def test_async_code_sees_what_sync_code_wrote():
    async def read_and_write():
        await asyncio.to_thread(cache.set, "b", 2)
        return await cache.aget("a"), await cache.aget("b")

    with kept_in() as recorded:
        cache.set("a", 1)
        assert async_to_sync(read_and_write)() == (1, 2)
        assert cache.get("b") == 2
    assert [detail for _, detail in found(recorded)] == ["set a", "set b"]


def test_each_sandbox_begins_anew():
    with kept_in():
        cache.set("a", 1)
    with kept_in():
        assert cache.get("a") is None


def test_tolerated_writes_are_kept_in_all_the_same():
    with kept_in("cache") as recorded:
        cache.set("a", 1)
    assert not recorded.effects
    assert cache.get("a") is None


def test_a_cache_that_keeps_nothing_keeps_nothing_here_either(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    with kept_in() as recorded:
        cache.set("a", 1)
        assert cache.get("a") is None
    assert not recorded.effects


def test_files_of_a_cache_are_not_touched(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": tmp_path / "cache",
        }
    }
    with kept_in() as recorded:
        cache.set("a", 1)
        assert cache.get("a") == 1
    assert not list((tmp_path / "cache").iterdir())
    assert found(recorded) == [("cache", "set a")]


def test_keys_are_those_of_the_backend(settings):
    class Strict(LocMemCache):
        def validate_key(self, key):
            raise InvalidCacheKey(key)

    strict = Strict("strict", {"KEY_PREFIX": "mine"})
    with kept_in(), pytest.raises(InvalidCacheKey, match="mine:1:a"):
        strict.set("a", 1)


def test_the_option_of_django_redis_to_write_only_what_is_new_is_known():
    with kept_in():
        assert cache.set("a", 1, nx=True) is True
        assert cache.set("a", 2, nx=True) is False
        assert cache.get("a") == 1
