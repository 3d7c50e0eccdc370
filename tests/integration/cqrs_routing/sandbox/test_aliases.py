"""Every alias is kept from committing, and none is connected to in vain."""

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import Group
from django.db import connection, connections, transaction

from cqrs_routing.sandbox.refusal import EffectRefused
from cqrs_routing.sandbox.sandbox import run

from .outside import group_names

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


@pytest.fixture(scope="module", autouse=True)
def _second_alias(django_db_setup):
    """Before the tests ask for all aliases: one more, for the same database."""
    connections.settings["second"] = {**connections.settings["default"]}
    yield
    connections["second"].close()
    del connections["second"], connections.settings["second"]


@pytest.fixture(params=["connected", "closed", "never asked for"])
def second(request):
    """The second alias, in every state that a thread may have it in."""
    if request.param == "connected":
        group_names("second")
    else:
        connections["second"].close()
    if request.param == "never asked for":
        del connections["second"]
    return "second"


def write(using="default", name="written"):
    Group.objects.using(using).create(name=name)


def test_an_alias_that_is_not_used_is_not_connected_to(second):
    there = hasattr(connections._connections, second)
    driver = connections[second].connection if there else None
    run(write)
    assert hasattr(connections._connections, second) == there
    assert connections[second].connection is driver


def test_an_alias_that_is_used_is_rolled_back(second, elsewhere):
    def code():
        with transaction.atomic(using=second, durable=True):
            write(second)
        transaction.on_commit(lambda: None, using=second)
        return group_names(second)

    outcome = run(code)
    assert (outcome.result, outcome.callbacks, outcome.effects) == (["written"], 1, ())
    assert elsewhere.call(group_names) == group_names(second) == []
    assert not connections[second].in_atomic_block
    assert connections[second].get_autocommit()


@pytest.mark.postgresql
def test_both_are_rolled_back(second, elsewhere):
    def code():
        write("default", "one")
        write(second, "two")

    assert run(code).error is None
    assert elsewhere.call(group_names) == []


@pytest.mark.parametrize("connected", [True, False])
def test_a_connection_that_the_code_exchanges_is_put_back(connected, elsewhere):
    held = connections["default"]
    held.close()
    if connected:
        held.ensure_connection()

    def code():
        del connections["default"]
        write()

    run(code)
    assert connections["default"] is held
    assert not held.in_atomic_block
    assert elsewhere.call(group_names) == group_names() == []


def test_a_connection_beside_them_is_refused(elsewhere):
    def code():
        with connection.copy().cursor() as cursor:
            cursor.execute("INSERT INTO auth_group (name) VALUES ('written')")

    outcome = run(code)
    assert isinstance(outcome.error, EffectRefused)
    assert [effect.detail for effect in outcome.effects] == ["use of default by a connection of its own"]
    assert elsewhere.call(group_names) == []


def test_async_code_uses_the_same_connection(elsewhere):
    async def code():
        await Group.objects.acreate(name="written")
        await sync_to_async(write)(name="another")
        return await Group.objects.acount()

    outcome = run(lambda: async_to_sync(code)())
    assert (outcome.result, outcome.effects) == (2, ())
    assert elsewhere.call(group_names) == []


def test_a_thread_of_async_code_cannot_use_another_one(elsewhere):
    async def code():
        await sync_to_async(write, thread_sensitive=False)()

    outcome = run(lambda: async_to_sync(code)())
    assert isinstance(outcome.error, EffectRefused)
    assert outcome.effects[0].detail == "use of default in another thread"
    assert elsewhere.call(group_names) == []
