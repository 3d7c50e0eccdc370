from cqrs_write.state import EDGES, PENDING, State, origins


def test_every_edge_has_its_reason_and_every_state_but_the_first_is_reached():
    assert all(reason.endswith(".") for reason in EDGES.values())
    assert {target for _, target in EDGES} == set(State)


def test_what_is_done_or_discarded_stays_so():
    assert {State.DONE, State.DISCARDED}.isdisjoint(origin for origin, _ in EDGES)


def test_workers_move_pending_commands_and_people_move_dead_ones():
    assert set(origins(State.DONE)) == set(PENDING)
    assert origins(State.ACCEPTED) == [State.DEAD]
    assert origins(State.DISCARDED) == [State.DEAD]
