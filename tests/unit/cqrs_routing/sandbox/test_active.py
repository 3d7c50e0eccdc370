"""Who is in a sandbox, and who is not."""

import asyncio
import contextvars
import gc

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from cqrs_routing.sandbox.active import Sandbox, active, alive, suspended, within
from cqrs_routing.sandbox.effect import Recorded
from cqrs_routing.sandbox.refusal import EffectRefused


@pytest.fixture
def sandbox():
    return Sandbox(Recorded())


def test_only_the_block_is_in_it(sandbox):
    assert active.get() is None
    with within(sandbox):
        assert active.get() is sandbox
    assert active.get() is None


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_error_leaves_it(sandbox, error):
    with pytest.raises(error), within(sandbox):
        raise error
    assert active.get() is None


def test_another_thread_is_not(sandbox, in_thread):
    with within(sandbox):
        assert in_thread(active.get) is None


def test_async_code_that_it_calls_is(sandbox):
    async def both():
        return [active.get(), await sync_to_async(active.get)(), await asyncio.to_thread(active.get)]

    with within(sandbox):
        assert async_to_sync(both)() == [sandbox] * 3


def test_what_suspends_it_is_not_and_comes_back_after_an_error(sandbox):
    with within(sandbox):
        with pytest.raises(ValueError, match="out"), suspended():
            assert active.get() is None
            raise ValueError("out")
        assert active.get() is sandbox


def test_it_lives_as_long_as_a_context_names_it():
    sandbox = Sandbox(Recorded())
    number = id(sandbox)
    with within(sandbox):
        left_running = contextvars.copy_context()
    del sandbox
    gc.collect()
    assert number in alive
    del left_running
    gc.collect()
    assert number not in alive


def test_a_refusal_is_an_error_of_the_outside_world_and_names_the_remedy(sandbox):
    refusal = sandbox.refuse("file", "open x for writing")
    assert isinstance(refusal, EffectRefused)
    assert isinstance(refusal, PermissionError)
    assert refusal.errno == 1
    assert "file: open x for writing" in str(refusal)
    assert "transaction.on_commit()" in str(refusal)
