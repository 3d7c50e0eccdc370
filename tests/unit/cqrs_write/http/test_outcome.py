import pytest

from cqrs_write.exceptions import CommandRejected, InvalidCommand
from cqrs_write.http.outcome import result_of
from cqrs_write.http.problems import Problem
from cqrs_write.models import LoggedCommand


def outcome(**values):
    return result_of(LoggedCommand(**values), "http://here/1/")


def test_of_a_done_command_it_is_the_result():
    assert outcome(state="done", result={"id": 1}) == {"id": 1}
    assert outcome(state="done", result=None) is None


def test_of_one_that_was_rejected_it_is_the_rejection_with_its_line():
    with pytest.raises(CommandRejected, match=r"^No stock\.$") as raised:
        outcome(state="dead", error="CommandRejected: No stock.")
    assert raised.value.detail == ["No stock."]


def test_and_with_the_detail_where_the_log_has_it():
    with pytest.raises(CommandRejected) as raised:
        outcome(state="dead", error="OutOfStock: No stock.", result={"lines": ["No stock."]})
    assert raised.value.detail == {"lines": ["No stock."]}


def test_of_one_whose_fields_were_of_no_use_it_is_that():
    with pytest.raises(InvalidCommand, match=r"^orders\.Place: text: missing\.$"):
        outcome(state="dead", error="InvalidCommand: orders.Place: text: missing.")


@pytest.mark.parametrize(("state", "status"), [("dead", 500), ("cancelled", 409), ("discarded", 409)])
def test_of_any_other_it_is_a_problem_that_names_the_status_resource(state, status):
    with pytest.raises(Problem) as raised:
        outcome(state=state, error="ValueError: secret")
    assert raised.value.status_code == status
    assert raised.value.body["instance"] == "http://here/1/"
    assert "secret" not in str(raised.value.body)
