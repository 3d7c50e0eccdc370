"""Sandboxes within a transaction of somebody else's."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction

from cqrs_routing.sandbox.sandbox import run

from .outside import group_names

pytestmark = pytest.mark.django_db(transaction=True)


def write(name="written"):
    with transaction.atomic(durable=True):
        Group.objects.create(name=name)
    transaction.on_commit(lambda: ran.append(name))


def write_and_break():
    write()
    with connection.cursor() as cursor:
        cursor.execute("nonsense")


ran = []


@pytest.fixture(autouse=True)
def _nothing_ran():
    ran.clear()


@pytest.mark.parametrize("code", [write, write_and_break], ids=["", "broken"])
def test_what_code_writes_is_undone_and_the_rest_is_committed(code):
    with transaction.atomic():
        write_before = Group.objects.create(name="before")
        transaction.on_commit(lambda: ran.append("before"))
        outcome = run(code)
        assert outcome.callbacks == 1
        assert group_names() == ["before"]
        write_before.name = "after"
        write_before.save()
    assert group_names() == ["after"]
    assert ran == ["before"]


def test_blocks_that_code_leaves_open_are_closed():
    with transaction.atomic():
        before = list(connection.savepoint_ids), list(connection.atomic_blocks)
        run(lambda: transaction.atomic().__enter__())
        assert (connection.savepoint_ids, connection.atomic_blocks) == before
        Group.objects.create(name="after")
    assert group_names() == ["after"]


def test_a_transaction_that_is_to_be_rolled_back_already_stays_so():
    with transaction.atomic():
        Group.objects.create(name="before")
        transaction.set_rollback(True)
        run(write)
        assert transaction.get_rollback()
    assert group_names() == []


def test_one_that_is_left_to_its_owner_keeps_the_writes_until_he_rolls_back():
    with transaction.atomic():
        transaction.on_commit(lambda: ran.append("before"))
        callbacks = list(connection.run_on_commit)
        blocks = list(connection.atomic_blocks)
        outcome = run(write, transaction=False, statement_timeout=1)
        assert (outcome.error, outcome.effects, outcome.callbacks) == (None, (), 1)
        assert group_names() == ["written"]
        assert connection.run_on_commit == callbacks
        assert connection.atomic_blocks == blocks
        assert connection.savepoint_ids == []
        with pytest.raises(RuntimeError, match="durable"), transaction.atomic(durable=True):
            pass
        transaction.set_rollback(True)
    assert group_names() == []
    assert ran == []


def test_one_that_is_left_to_its_owner_cannot_be_ended_by_the_code():
    def commit():
        connection.commit()

    with transaction.atomic():
        outcome = run(commit, transaction=False)
        transaction.set_rollback(True)
    assert [effect.detail for effect in outcome.effects] == ["commit() on default"]


def test_where_there_is_no_owner_the_sandbox_rolls_back_itself():
    assert run(write, transaction=False).error is None
    assert group_names() == []


@pytest.mark.django_db
def test_the_transaction_of_a_test_case_is_one_too():
    Group.objects.create(name="before")
    assert run(write).callbacks == 1
    assert group_names() == ["before"]
    assert not connection.run_on_commit
