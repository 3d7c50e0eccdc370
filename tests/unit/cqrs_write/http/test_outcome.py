import pytest
from rest_framework.exceptions import APIException

from cqrs_write.exceptions import CommandRejected, InvalidCommand
from cqrs_write.http.outcome import result_of
from cqrs_write.http.problems import Problem
from cqrs_write.models import LoggedCommand
from cqrs_write.refusal import refusal
from legacy_app.exceptions import Conflict


def outcome(**values):
    return result_of(LoggedCommand(**values), "http://here/1/")


def test_of_a_done_command_it_is_the_result():
    assert outcome(state="done", result={"id": 1}) == {"id": 1}
    assert outcome(state="done", result=None) is None


def died_of(error):
    return outcome(state="dead", error=f"{type(error).__name__}: {error}", result=refusal(error))


def test_of_one_that_was_rejected_it_is_the_rejection_with_its_line_and_detail():
    with pytest.raises(CommandRejected, match=r"^No stock\.$") as raised:
        died_of(CommandRejected("No stock."))
    assert raised.value.detail == ["No stock."]

    with pytest.raises(CommandRejected) as raised:
        died_of(CommandRejected("No stock.", detail={"lines": ["No stock."]}))
    assert raised.value.detail == {"lines": ["No stock."]}


def test_of_one_whose_fields_were_of_no_use_it_is_that():
    with pytest.raises(InvalidCommand, match=r"^orders\.Place: text: missing\.$"):
        died_of(InvalidCommand("orders.Place: text: missing."))


def test_of_one_that_was_refused_with_a_status_of_its_own_it_is_that_status():
    with pytest.raises(APIException, match=r"^This ride is already accepted\.$") as raised:
        died_of(Conflict("This ride is already accepted."))
    assert raised.value.status_code == 409


@pytest.mark.parametrize(("state", "status"), [("dead", 500), ("cancelled", 409), ("discarded", 409)])
def test_of_any_other_it_is_a_problem_that_names_the_status_resource(state, status):
    with pytest.raises(Problem) as raised:
        outcome(state=state, error="ValueError: secret")
    assert raised.value.status_code == status
    assert raised.value.body["instance"] == "http://here/1/"
    assert "secret" not in str(raised.value.body)
