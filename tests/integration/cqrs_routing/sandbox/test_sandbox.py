"""Opening, leaving and misusing a sandbox."""

import asyncio

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import Group
from django.core import mail

from cqrs_routing.sandbox.active import active
from cqrs_routing.sandbox.effect import Effect
from cqrs_routing.sandbox.refusal import SandboxMisused
from cqrs_routing.sandbox.sandbox import Outcome, run, sandbox

from .outside import group_names

pytestmark = pytest.mark.django_db(transaction=True)


def write_and_send():
    group = Group.objects.create(name="written")
    mail.send_mail("Hello", "Text", None, ["a@example.com"])
    return group


def test_the_outcome_has_the_result_and_the_effects():
    outcome = run(write_and_send)
    assert outcome == Outcome(
        result=outcome.result,
        error=None,
        effects=(Effect("mail", "1 recipient: Hello"),),
        left_out=0,
        callbacks=0,
    )
    assert outcome.result.name == "written"


def test_the_outcome_has_the_error_and_the_effects_before_it():
    error = LookupError("missing")

    def code():
        write_and_send()
        raise error

    outcome = run(code)
    assert (outcome.result, outcome.error) == (None, error)
    assert [effect.kind for effect in outcome.effects] == ["mail"]


def test_tolerated_effects_are_kept_in_and_not_told():
    assert run(write_and_send, tolerate=["mail"]).effects == ()
    assert mail.outbox == []


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_an_error_passes_through_the_block(error):
    with pytest.raises(error), sandbox() as recorded:
        write_and_send()
        raise error
    assert active.get() is None
    assert [effect.kind for effect in recorded.effects] == ["mail"]
    assert group_names() == []
    mail.send_mail("Hello", "Text", None, ["a@example.com"])
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_process_is_not_swallowed(error):
    def code():
        write_and_send()
        raise error

    with pytest.raises(error):
        run(code)
    assert active.get() is None
    assert group_names() == []


def test_one_within_another_is_refused_and_the_outer_one_stays():
    with sandbox() as recorded:
        with pytest.raises(SandboxMisused, match="within a sandbox"), sandbox():
            pass
        assert isinstance(run(write_and_send).error, SandboxMisused)
        write_and_send()
    assert [effect.kind for effect in recorded.effects] == ["mail"]
    assert group_names() == []


def test_an_event_loop_cannot_be_in_one_and_is_told_the_way():
    async def code():
        with pytest.raises(SandboxMisused, match="sync_to_async"), sandbox():
            pass
        return await sync_to_async(run)(write_and_send)

    outcome = async_to_sync(code)()
    assert [effect.kind for effect in outcome.effects] == ["mail"]
    assert group_names() == []


def test_a_task_that_code_leaves_running_stays_in_the_sandbox():
    """As under ASGI, where ``async_to_sync`` runs on the loop of the server."""
    sent = asyncio.Event()

    async def send_later():
        await asyncio.sleep(0.01)
        await sync_to_async(mail.send_mail)("Late", "Text", None, ["a@example.com"])
        sent.set()

    async def start():
        start.task = asyncio.create_task(send_later())

    async def serve():
        await sync_to_async(run)(lambda: async_to_sync(start)())
        await sent.wait()
        await sync_to_async(mail.send_mail)("Real", "Text", None, ["a@example.com"])

    async_to_sync(serve)()
    assert [message.subject for message in mail.outbox] == ["Real"]


def test_requests_of_an_asynchronous_server_do_not_share_one():
    async def ordinary():
        await asyncio.sleep(0)
        await sync_to_async(mail.send_mail)("Real", "Text", None, ["a@example.com"])

    async def sandboxed():
        return await sync_to_async(run)(write_and_send)

    async def serve():
        return await asyncio.gather(sandboxed(), ordinary(), sandboxed(), ordinary())

    async_to_sync(serve)()
    assert [message.subject for message in mail.outbox] == ["Real", "Real"]
