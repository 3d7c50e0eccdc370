"""Threads, and work handed to them."""

import asyncio
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from cqrs_routing.sandbox.active import active
from cqrs_routing.sandbox.refusal import EffectRefused

from .keeping import found, kept_in

ran = []


def work():
    ran.append(active.get())


@pytest.fixture(autouse=True)
def _nothing_ran():
    ran.clear()


def test_a_thread_does_not_start():
    thread = threading.Thread(target=work)
    with kept_in() as recorded, pytest.raises(EffectRefused):
        thread.start()
    assert not thread.is_alive()
    assert ran == []
    assert found(recorded) == [("thread", f"start {__name__}.work")]


def test_a_timer_does_not_start():
    with kept_in() as recorded, pytest.raises(EffectRefused):
        threading.Timer(0, work).start()
    assert found(recorded) == [("thread", "start threading.Timer.run")]


def test_a_thread_that_was_refused_starts_afterwards():
    thread = threading.Thread(target=work)
    with kept_in(), pytest.raises(EffectRefused):
        thread.start()
    thread.start()
    thread.join()
    assert ran == [None]


def test_work_is_not_handed_to_a_pool_that_runs_already():
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        with kept_in() as recorded:
            with pytest.raises(EffectRefused):
                pool.submit(work)
            with pytest.raises(EffectRefused):
                list(pool.map(work, [1]))
    assert ran == []
    assert found(recorded)[0] == ("thread", f"submit {__name__}.work to ThreadPoolExecutor")


def test_async_code_may_use_threads_which_are_in_the_sandbox_too():
    async def everything():
        await sync_to_async(work)()
        await sync_to_async(work, thread_sensitive=False)()
        await asyncio.to_thread(work)
        await asyncio.get_running_loop().run_in_executor(None, work)

    with kept_in() as recorded:
        sandbox = active.get()
        async_to_sync(everything)()
        asyncio.run(everything())
    assert ran == [sandbox] * 8
    assert not recorded.effects


def test_what_async_code_hands_to_an_executor_is_kept_in(tmp_path):
    marker = str(tmp_path / "marker")

    async def touch():
        await asyncio.get_running_loop().run_in_executor(None, subprocess.run, ["touch", marker])

    with kept_in() as recorded, pytest.raises(EffectRefused):
        async_to_sync(touch)()
    assert [effect.kind for effect in recorded.effects] == ["process"]


def test_an_async_subprocess_is_refused():
    async def spawn():
        await asyncio.create_subprocess_exec("true")

    with kept_in() as recorded, pytest.raises(EffectRefused):
        async_to_sync(spawn)()
    assert "process" in [effect.kind for effect in recorded.effects]


def test_an_async_connection_is_refused(server):
    async def connect():
        await asyncio.open_connection(*server.server_address)

    with kept_in() as recorded, pytest.raises(EffectRefused):
        async_to_sync(connect)()
    assert {effect.kind for effect in recorded.effects} == {"socket"}
    assert server.requests == []
