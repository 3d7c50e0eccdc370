from cqrs_write.state import EDGES, PENDING, SETTLED, WAITING, State, origins


def test_every_edge_has_its_reason_and_every_state_is_reached():
    assert all(reason.endswith(".") for reason in EDGES.values())
    assert {target for _, target in EDGES} == set(State)


def test_what_is_settled_stays_so():
    assert set(SETTLED).isdisjoint(origin for origin, _ in EDGES)


def test_workers_move_pending_commands_and_people_move_waiting_and_dead_ones():
    assert set(origins(State.DONE)) == set(PENDING)
    assert set(origins(State.RUNNING)) == set(origins(State.CANCELLED)) == set(WAITING)
    assert set(origins(State.ACCEPTED)) == {State.RUNNING, State.DEAD}
    assert origins(State.DEAD) == origins(State.RETRYING) == [State.RUNNING]
    assert origins(State.DISCARDED) == [State.DEAD]
