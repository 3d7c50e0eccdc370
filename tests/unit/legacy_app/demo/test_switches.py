from dataclasses import replace

from legacy_app.demo.measurements import READ, WRITE, Sample
from legacy_app.demo.switches import Switch, obedience


def sample(started: float, side: str, process: str = "1", endpoint: str = READ) -> Sample:
    return Sample(
        endpoint=endpoint, side=side, started=started, milliseconds=1, queries=1, process=process, error=""
    )


def test_a_switch_is_obeyed_once_the_old_side_gets_no_more_requests():
    samples = [
        sample(9.9, "legacy"),
        sample(10.1, "legacy"),
        sample(10.2, "cqrs", "2"),
        sample(10.5, "legacy"),
        sample(11.0, "cqrs", "1"),
        sample(12.0, "legacy", endpoint=WRITE),
    ]

    (result,) = obedience([Switch(endpoint=READ, mode="cqrs", began=9.8, at=10.0)], samples)

    assert (result.seconds, result.processes) == (0.5, 2)


def test_what_comes_after_the_next_switch_is_that_ones():
    switches = [
        Switch(endpoint=READ, mode="cqrs", began=9.8, at=10.0),
        Switch(endpoint=READ, mode="legacy", began=19.5, at=20.0),
    ]

    samples = [sample(10.5, "cqrs"), sample(19.4995, "legacy"), sample(20.25, "cqrs"), sample(21.0, "legacy")]

    first, second = obedience(switches, samples)

    assert (first.seconds, second.seconds) == (0.0, 0.25)


def test_a_process_that_falls_back_has_obeyed():
    fallen = replace(sample(15.0, "legacy"), fallback="being filled")

    (result,) = obedience([Switch(endpoint=READ, mode="cqrs", began=9.8, at=10.0)], [fallen])

    assert result.seconds == 0


def test_where_both_sides_answer_there_is_nothing_to_obey_but_an_end():
    switches = [
        Switch(endpoint=READ, mode="cqrs", began=9.8, at=10.0),
        Switch(endpoint=READ, mode="canary", began=19.5, at=20.0),
    ]

    (result,) = obedience(switches, [sample(10.5, "cqrs"), sample(21.0, "legacy")])

    assert (result.seconds, result.processes) == (0.0, 1)
