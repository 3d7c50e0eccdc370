import logging

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction

from cqrs_write.bus import accept, dispatch
from cqrs_write.exceptions import HiddenDatabaseError, InvalidCommand
from cqrs_write.models import LoggedCommand

from .probe.commands import Break, Hide, Write
from .probe.models import Effect

pytestmark = pytest.mark.django_db


def test_a_dispatched_command_runs_at_once_and_leaves_no_log_row():
    assert dispatch(Write(text="now")) == {"text": "now", "attempt": 1}

    assert Effect.objects.get().text == "now"
    assert not LoggedCommand.objects.exists()


def test_a_dispatched_command_is_logged_in_one_line(caplog):
    caplog.set_level(logging.INFO, logger="cqrs_write.execution")

    dispatch(Write(text="now", lane="a"))

    (record,) = caplog.records
    assert (record.command, record.queue, record.lane, record.state) == ("probe.Write", "", "a", "done")


def test_a_dispatched_command_that_fails_has_no_effect():
    with pytest.raises(ValueError, match="broke"):
        dispatch(Break(text="now"))

    assert not Effect.objects.exists()


def test_the_handler_is_told_the_key_of_the_actor():
    user = User.objects.create_user("ada")

    dispatch(Write(text="by a user"), actor=user)
    dispatch(Write(text="by a key"), actor=user.pk)
    dispatch(Write(text="by text"), actor=str(user.pk))
    dispatch(Write(text="by nobody"), actor=AnonymousUser())

    actors = dict(Effect.objects.values_list("text", "actor"))
    assert actors == {"by a user": user.pk, "by a key": user.pk, "by text": user.pk, "by nobody": None}


@pytest.mark.parametrize("text", ["a\0", "\udcff"], ids=["zero character", "half a character"])
@pytest.mark.parametrize("give", [accept, dispatch])
def test_a_command_that_no_database_could_store_is_refused(give, text):
    with pytest.raises(InvalidCommand, match=r"probe.Write: .*which no database stores"):
        give(Write(text=text))


def test_an_accepted_command_is_a_row_and_nothing_else_yet():
    row = accept(Write(text="later", lane="a"), actor=7)

    stored = LoggedCommand.objects.get()
    assert stored == row
    assert (stored.name, stored.queue, stored.lane, stored.state) == ("probe.Write", "probe", "a", "accepted")
    assert (stored.payload, stored.actor, stored.attempts) == ({"text": "later", "lane": "a"}, "7", 0)
    assert stored.open
    assert not Effect.objects.exists()


def test_commands_of_one_lane_share_its_key_and_those_of_none_share_nothing():
    rows = [
        accept(Write(text=text, lane=lane)) for text, lane in [("1", "a"), ("2", "a"), ("3", ""), ("4", "")]
    ]

    keys = [row.lane_key for row in rows]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


@pytest.mark.parametrize("hand_in", [dispatch, accept])
def test_a_field_of_the_wrong_type_is_refused_with_its_name(hand_in):
    with pytest.raises(InvalidCommand, match=r"probe\.Write: text: Input should be a valid string"):
        hand_in(Write(text=["not", "text"]))


@pytest.mark.django_db(transaction=True)
def test_a_command_accepted_in_a_transaction_that_is_rolled_back_was_never_accepted():
    with transaction.atomic():
        accept(Write(text="never"))
        transaction.set_rollback(True)

    assert not LoggedCommand.objects.exists()


@pytest.mark.postgresql
def test_inline_a_hidden_database_error_is_no_success():
    with pytest.raises(HiddenDatabaseError, match="hide caught a database error and went on"):
        dispatch(Hide(text="lost"))

    assert not Effect.objects.exists()
    dispatch(Hide(text="kept", atomic=True))
    assert Effect.objects.get().text == "kept"
