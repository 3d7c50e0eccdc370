"""The states of a run."""

from cqrs_read.backfill.states import EDGES, State, sources_of


def test_what_is_done_or_cancelled_stays_so() -> None:
    assert not {State.DONE, State.CANCELLED} & {start for start, _ in EDGES}


def test_every_edge_has_its_reason() -> None:
    assert all(EDGES.values())


def test_every_unfinished_run_can_be_ended_by_a_person() -> None:
    assert set(sources_of(State.CANCELLED)) == {State.RUNNING, State.PAUSED, State.FAILED}


def test_every_state_is_reached_from_running() -> None:
    assert {end for start, end in EDGES if start == State.RUNNING} == set(State) - {State.RUNNING}
