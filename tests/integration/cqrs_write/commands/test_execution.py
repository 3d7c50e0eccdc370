import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from cqrs_write import operations
from cqrs_write.bus import accept
from cqrs_write.execution import Drained, drain
from cqrs_write.models import LoggedCommand

from .probe.commands import (
    Block,
    Break,
    Conflict,
    Hide,
    Notify,
    Postpone,
    Return,
    Stumble,
    Write,
)
from .probe.models import Effect

pytestmark = pytest.mark.django_db(transaction=True)


def run(seconds: float = 60) -> Drained:
    return drain("probe", seconds=seconds)


def effects() -> list[str]:
    return list(Effect.objects.order_by("id").values_list("text", flat=True))


def test_a_command_is_executed_and_its_result_kept():
    row = accept(Write(text="one"), actor=5)

    assert run() == Drained(executed=1, more=False)

    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == ("done", 1, "")
    assert row.result == {"text": "one", "attempt": 1}
    assert row.finished_at is not None
    assert not row.open
    assert Effect.objects.get().actor == 5


def test_commands_of_a_lane_run_in_order_of_acceptance_across_turns():
    texts = [f"{number:02}" for number in range(50)]
    for text in texts:
        accept(Write(text=text, lane="a"))

    assert run().executed == 50
    assert effects() == texts


def test_only_the_queue_that_is_drained_is_touched():
    row = accept(Write(text="probe"))
    LoggedCommand.objects.filter(pk=row.pk).update(queue="another")

    assert run().executed == 0


def test_a_slice_of_no_time_executes_one_command_and_says_that_there_is_more():
    for text in ("1", "2"):
        accept(Write(text=text, lane="a"))

    assert run(seconds=0) == Drained(executed=1, more=True)
    assert effects() == ["1"]


def test_a_declared_exception_is_retried_until_it_has_passed():
    row = accept(Stumble(text="third time lucky", times=2))

    assert run().executed == 3

    row.refresh_from_db()
    assert (row.state, row.attempts, row.error, row.traceback) == ("done", 3, "", "")
    assert [(effect.text, effect.attempt) for effect in Effect.objects.all()] == [("third time lucky", 3)]


def test_attempts_come_to_an_end():
    row = accept(Stumble(text="hopeless", times=9))

    assert run().executed == 3

    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == ("dead", 3, "Passing: attempt 3")
    assert "raise Passing" in row.traceback
    assert effects() == []


def test_a_retry_waits_for_its_time_and_its_lane_with_it():
    row = accept(Postpone(text="later", lane="a"))
    accept(Write(text="behind", lane="a"))
    accept(Write(text="elsewhere", lane="b"))
    before = timezone.now()

    run()

    row.refresh_from_db()
    assert (row.state, row.attempts) == ("retrying", 1)
    assert before + timedelta(hours=1) <= row.not_before <= timezone.now() + timedelta(hours=2)
    assert effects() == ["elsewhere"]

    LoggedCommand.objects.filter(pk=row.pk).update(not_before=timezone.now())
    assert run().executed == 1
    row.refresh_from_db()
    assert row.attempts == 2


def test_any_other_exception_makes_it_dead_at_once_and_lets_the_lane_pass():
    row = accept(Break(text="bad", lane="a"))
    accept(Write(text="good", lane="a"))

    run()

    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == ("dead", 1, "ValueError: bad broke")
    assert "break_down" in row.traceback
    assert effects() == ["good"]


def test_a_dead_command_holds_its_lane_where_that_is_declared():
    row = accept(Block(text="bad", lane="a"))
    accept(Write(text="behind", lane="a"))
    accept(Write(text="elsewhere", lane="b"))

    run()
    assert effects() == ["elsewhere"]

    operations.discard([row.uuid])
    run()
    assert effects() == ["elsewhere", "behind"]


def test_a_dead_command_that_is_retried_has_all_its_attempts_again():
    row = accept(Stumble(text="twice dead", times=9))
    run()

    (was,) = operations.retry([row.uuid])

    assert was.state == "dead"
    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == ("accepted", 0, "")
    assert run().executed == 3


def test_only_dead_commands_are_retried_or_discarded():
    row = accept(Write(text="fine"))

    assert operations.retry([row.uuid]) == []
    assert operations.discard([row.uuid]) == []

    row.refresh_from_db()
    assert row.state == "accepted"


@pytest.mark.postgresql
def test_a_hidden_database_error_is_the_cause_of_death():
    row = accept(Hide(text="hidden"))

    run()

    row.refresh_from_db()
    assert row.state == "dead"
    assert row.error.startswith("HiddenDatabaseError: ")
    assert "probe.commands.hide caught a database error" in row.error
    assert "InFailedSqlTransaction" in row.traceback
    assert effects() == []


def test_a_database_error_behind_an_atomic_block_is_the_handlers_own_business():
    row = accept(Hide(text="kept", atomic=True))

    run()

    row.refresh_from_db()
    assert row.state == "done"
    assert effects() == ["kept"]


@pytest.mark.parametrize("text", ["nan", "object"])
def test_a_result_that_is_not_json_is_the_cause_of_death(text):
    row = accept(Return(text=text))

    run()

    row.refresh_from_db()
    assert row.state == "dead"
    assert "probe.commands.return_it returned what is not JSON" in row.error
    assert effects() == []


def test_an_unknown_command_waits_for_a_worker_with_newer_code_before_it_is_dead(settings):
    settings.CQRS_WRITE = {"DEPLOYMENT_SECONDS": 100.0}
    row = accept(Write(text="new", lane="a"))
    accept(Write(text="behind", lane="a"))
    LoggedCommand.objects.filter(pk=row.pk).update(name="probe.New")

    assert run().executed == 1

    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == ("accepted", 0, "")
    assert row.not_before > timezone.now()
    assert effects() == []


def test_an_unknown_command_is_dead_with_the_names_that_exist(settings):
    settings.CQRS_WRITE = {"DEPLOYMENT_SECONDS": 0.0}
    row = accept(Write(text="renamed"))
    LoggedCommand.objects.update(name="probe.Wrote")

    run()

    row.refresh_from_db()
    assert row.state == "dead"
    assert row.error.startswith("UnknownName: Unknown command 'probe.Wrote'. Did you mean probe.Write")


def test_a_payload_that_the_command_no_longer_takes_is_dead_with_the_field():
    row = accept(Write(text="old"))
    LoggedCommand.objects.update(payload={"lane": ""})

    run()

    row.refresh_from_db()
    assert (row.state, row.error) == ("dead", "InvalidCommand: probe.Write: text: Field required.")


@pytest.mark.postgresql
@pytest.mark.parametrize("sqlstate", ["40001", "40P01"], ids=["serialization failure", "deadlock"])
def test_a_conflict_between_transactions_is_always_retried(sqlstate):
    row = accept(Conflict(text="twice", sqlstate=sqlstate))

    run()

    row.refresh_from_db()
    assert (row.state, row.attempts) == ("done", 2)
    assert effects() == ["twice"]


def test_what_waits_for_the_commit_happens_once_the_command_is_done(tmp_path):
    accept(Notify(text="told", file=str(tmp_path / "letters")))

    run()

    assert (tmp_path / "letters").read_text() == "told\n"


@pytest.mark.parametrize("bypass", [False, True], ids=["context.on_commit", "transaction.on_commit"])
def test_an_error_after_the_commit_neither_repeats_nor_kills_the_command(tmp_path, bypass, caplog):
    row = accept(Notify(text="not told", file=str(tmp_path), bypass=bypass))

    assert run().executed == 1

    row.refresh_from_db()
    assert (row.state, row.error) == ("done", "")
    assert effects() == ["not told"]
    assert "IsADirectoryError" in caplog.text


def test_text_that_no_database_stores_does_not_keep_a_command_from_dying():
    row = accept(Break(text="zero surrogate"))

    run()

    row.refresh_from_db()
    assert (row.state, row.error) == ("dead", "ValueError: \N{REPLACEMENT CHARACTER} ? broke")


def test_every_attempt_is_logged_in_one_line(caplog):
    caplog.set_level(logging.INFO, logger="cqrs_write.execution")
    row = accept(Stumble(text="logged", lane="a", times=1))

    run()

    first, second = (record for record in caplog.records if record.name == "cqrs_write.execution")
    assert (first.levelname, first.state, first.attempt) == ("WARNING", "retrying", 1)
    assert (second.levelname, second.state, second.attempt) == ("INFO", "done", 2)
    assert (second.command, second.command_id) == ("probe.Stumble", row.uuid)
    assert (second.queue, second.lane) == ("probe", "a")
    assert second.run_ms >= 0
    assert second.wait_ms >= 0
    assert "error=Passing: attempt 1" in first.getMessage()
    assert f"command_id={row.uuid}" in second.getMessage()


@pytest.mark.postgresql
def test_stricter_isolation_is_refused_with_the_remedy():
    from cqrs_write.exceptions import ConfigurationError

    accept(Write(text="strict"))
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_isolation = 'repeatable read'")
    try:
        with pytest.raises(ConfigurationError, match="'default' runs transactions at repeatable read"):
            run()
    finally:
        connection.close()
    assert effects() == []
