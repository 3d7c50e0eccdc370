import threading
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from cqrs_write.backends import load
from cqrs_write.bus import accept, accept_all
from cqrs_write.execution import drain
from cqrs_write.execution.agenda import COMMANDS_PER_VISIT
from cqrs_write.execution.heads import HIGHEST_KEY, LOWEST_KEY, pages
from cqrs_write.models import LoggedCommand

from .probe.commands import Linger, Stumble, Write
from .probe.models import Effect

pytestmark = pytest.mark.django_db(transaction=True)


def in_threads(number: int, function: Any) -> list[threading.Thread]:
    """Threads with connections of their own, started."""

    def run() -> None:
        try:
            function()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    return threads


def join(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def test_many_workers_keep_the_order_of_every_lane_and_run_each_command_once():
    for number in range(20):
        for lane in range(10):
            command = Stumble if number % 7 == 3 else Write
            extra = {"times": 1} if command is Stumble else {}
            accept(command(text=f"{lane}:{number:02}", lane=f"lane {lane}", **extra))

    join(in_threads(4, lambda: drain("probe", seconds=60)))

    by_lane = defaultdict(list)
    for text in Effect.objects.order_by("id").values_list("text", flat=True):
        by_lane[text.split(":")[0]].append(text)
    assert by_lane == {f"{n}": [f"{n}:{number:02}" for number in range(20)] for n in range(10)}
    assert set(LoggedCommand.objects.values_list("state", flat=True)) == {"done"}


@pytest.mark.postgresql
def test_none_of_eight_workers_comes_away_from_a_thousand_lanes_while_one_is_free():
    accept_all(Write(text=f"{lane}", lane=f"lane {lane}") for lane in range(1_000))
    executed: list[int] = []
    left_alone: list[int] = []
    in_hand: list[int] = []
    all_connected = threading.Barrier(8)

    def work() -> None:
        connection.ensure_connection()
        all_connected.wait(60)
        executed.append(drain("probe", seconds=60).executed)
        left_alone.append(LoggedCommand.objects.filter(state="accepted").count())
        in_hand.append(LoggedCommand.objects.filter(state="running").count())

    join(in_threads(8, work))

    assert sum(executed) == Effect.objects.count() == 1_000
    # What is not done yet is marked by another worker, none of which has more than it executes and takes next.
    # How the work is shared is the scheduler's affair.
    assert left_alone == [0] * 8
    assert max(in_hand) <= 7 * 2


def test_a_hot_lane_does_not_starve_the_others():
    accept_all(Write(text="hot", lane="hot") for _ in range(200))
    accept_all(Write(text=f"{lane}", lane=f"cold {lane}") for lane in range(20))

    drain("probe", seconds=60)

    texts = list(Effect.objects.order_by("id").values_list("text", flat=True))
    last_cold = max(place for place, text in enumerate(texts) if text != "hot")
    assert texts[:last_cold].count("hot") <= COMMANDS_PER_VISIT
    assert texts.count("hot") == 200


@pytest.mark.postgresql
def test_a_busy_lane_is_left_to_its_worker_and_the_others_go_on(tmp_path):
    accept(Linger(text="held", lane="held", folder=str(tmp_path)))
    accept(Write(text="behind", lane="held"))
    worker = in_threads(1, lambda: drain("probe", seconds=60))
    while not (tmp_path / "started").exists():
        worker[0].join(0.01)
    accept(Write(text="free", lane="free"))

    assert drain("probe", seconds=60).executed == 1
    assert list(Effect.objects.values_list("text", flat=True)) == ["free"]

    (tmp_path / "go").touch()
    join(worker)
    assert list(Effect.objects.order_by("id").values_list("text", flat=True))[-1] == "behind"


def lanes_around() -> list[int]:
    return [head.lane_key for page in pages("probe", "default") for head in page.heads]


def test_going_around_meets_every_lane_once_wherever_it_starts():
    keys = {accept(Write(text="one", lane=f"lane {number}")).lane_key for number in range(120)}

    for _ in range(5):
        assert sorted(lanes_around()) == sorted(keys)


def test_lanes_at_the_ends_of_the_range_are_met():
    for key in (LOWEST_KEY, HIGHEST_KEY):
        row = accept(Write(text="end"))
        LoggedCommand.objects.filter(pk=row.pk).update(lane_key=key)

    assert sorted(lanes_around()) == [LOWEST_KEY, HIGHEST_KEY]
    assert drain("probe", seconds=60).executed == 2


@pytest.fixture
def no_autovacuum() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cqrs_command_log SET (autovacuum_enabled = false)")
        yield
        cursor.execute("ALTER TABLE cqrs_command_log RESET (autovacuum_enabled)")


def fill(number: int, state: str, lanes: int) -> None:
    insert = """
        INSERT INTO cqrs_command_log (uuid, name, version, payload, queue, priority, lane, lane_key, holds_lane,
                                      state, attempts, accepted_at, error, traceback, worker, alone, lost,
                                      traceparent, tracestate, correlation_id)
        SELECT gen_random_uuid(), 'probe.Write', 1, '{}', 'probe', 0, '', n %% %s, false,
               %s, 0, now(), '', '', '', false, 0, '', '', gen_random_uuid()
          FROM generate_series(1, %s) AS n
    """
    with connection.cursor() as cursor:
        cursor.execute(insert, [lanes, state, number])


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cqrs_command_log")


def plans_of_a_turn() -> str:
    """The plans of finding priorities and lanes, and of reading the first commands of some."""
    lanes = load("cqrs_write", "lanes", "default")
    around = {"low": LOWEST_KEY, "high": HIGHEST_KEY, "now": timezone.now(), "limit": 50}
    statements = [
        (lanes.PRIORITIES, {"queue": "probe"}),
        (lanes.RUNNABLE, {"queue": "probe", "priority": 0, **around}),
        (lanes.FIRSTS, [[0, 5], "probe", 0, 20]),
    ]
    lines: list[str] = []
    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(f"EXPLAIN {sql}", params)
            lines += [line for (line,) in cursor.fetchall()]
    return "\n".join(lines)


@pytest.mark.postgresql
@pytest.mark.usefixtures("no_autovacuum")
@pytest.mark.parametrize("lanes", [1, 300])
@pytest.mark.parametrize("when", ["nothing was open", "everything was open", "never"])
def test_the_index_of_open_commands_is_used_whatever_the_statistics_say(when, lanes):
    if when == "everything was open":
        fill(20_000, "accepted", lanes)
        analyze()
        LoggedCommand.objects.update(state="done")
        fill(10, "accepted", lanes)
    else:
        fill(20_000, "done", lanes)
        if when == "nothing was open":
            analyze()
        fill(2_000, "accepted", lanes)

    plans = plans_of_a_turn()

    assert plans.count("cqrs_command_open") == 5, plans
    assert "Seq Scan" not in plans
    assert "Sort" not in plans
    assert "pkey" not in plans
