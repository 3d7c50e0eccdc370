"""What there is to do for many read models: two queries a database, however many they are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connections
from django.utils import timezone

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.exceptions import ReadError
from cqrs_read.fan_out.dependencies import streams
from cqrs_read.models import BackfillRun, Backlog, ReadModelState
from cqrs_read.refresh.turn import can_refresh, reason_for_everything
from cqrs_read.standing import problem
from cqrs_write import window

STATES = f"""
SELECT s.name, s.position, s.origin, s.lost, s.fingerprint, s.problem, s.retry_at,
  EXISTS (SELECT 1 FROM cqrs_backlog b WHERE b.read_model = s.name
          AND b.kind IN ('{Backlog.Kind.WAITING.value}', '{Backlog.Kind.PARKED.value}')
          AND (b.not_before IS NULL OR b.not_before <= %s)),
  EXISTS (SELECT 1 FROM cqrs_backfill_run r WHERE r.read_model = s.name
          AND r.state = '{BackfillRun.State.RUNNING.value}' AND r.kind <> '{BackfillRun.Kind.VERIFY.value}')
FROM cqrs_read_model_state s
WHERE s.position <> '' AND (s.retry_at IS NULL OR s.retry_at <= %s) AND s.name IN ({{places}})
"""


@dataclass(frozen=True, kw_only=True)
class Due:
    """What one read model needs: a window to consume, a page of the backlog, a chunk of a run.

    ``troubled`` says that its last refresh has failed.
    """

    read_model: type[ReadModel]
    window: bool
    backlog: bool
    run: bool
    troubled: bool


@dataclass(frozen=True, kw_only=True)
class _Standing:
    read_model: type[ReadModel]
    state: ReadModelState
    backlog: bool
    run: bool


def due(read_models: Sequence[type[ReadModel]], *, idle: bool = False) -> list[Due]:
    """Those of ``read_models`` for which there is something to do now, in their order.

    Args:
        idle: a window for those too of which nothing has changed. It moves their positions, behind which the change
            log is kept.
    """
    standing = _standing(read_models)
    waiting = {one.read_model for one in standing} if idle else _waiting(standing)
    found = [
        Due(
            read_model=one.read_model,
            window=one.read_model in waiting,
            backlog=one.backlog,
            run=one.run,
            troubled=bool(one.state.problem),
        )
        for one in standing
    ]
    place = {read_model: number for number, read_model in enumerate(read_models)}
    return sorted(
        (one for one in found if one.window or one.backlog or one.run or one.troubled),
        key=lambda one: place[one.read_model],
    )


def _standing(read_models: Iterable[type[ReadModel]]) -> list[_Standing]:
    """The read models that this process may refresh now, with their states."""
    by_target: dict[str, dict[str, type[ReadModel]]] = defaultdict(dict)
    for read_model in read_models:
        by_target[projection_of(read_model).target][name_of(read_model)] = read_model
    standing: list[_Standing] = []
    for target, named in by_target.items():
        now = connections[target].ops.adapt_datetimefield_value(timezone.now())
        sql = STATES.format(places=", ".join(["%s"] * len(named)))
        with connections[target].cursor() as cursor:
            cursor.execute(sql, [now, now, *named])
            for *columns, backlog, run in cursor.fetchall():
                name, position, origin, lost, fingerprint, trouble, _ = columns
                state = ReadModelState(
                    name=name,
                    position=position,
                    origin=origin,
                    lost=lost,
                    fingerprint=fingerprint,
                    problem=trouble,
                )
                one = _Standing(read_model=named[name], state=state, backlog=bool(backlog), run=bool(run))
                if _is_known(one):
                    standing.append(one)
    return standing


def _is_known(one: _Standing) -> bool:
    """Whether this process may refresh it. A declaration that it refuses must not keep the others waiting."""
    try:
        return can_refresh(one.read_model, one.state)
    except ReadError as error:
        problem.record(one.read_model, error)
        return False


def _waiting(standing: Iterable[_Standing]) -> set[type[ReadModel]]:
    """Those that have a window to consume."""
    by_source: dict[str, list[_Standing]] = defaultdict(list)
    for one in standing:
        by_source[projection_of(one.read_model).using].append(one)
    found: set[type[ReadModel]] = set()
    for using, those in by_source.items():
        positions = [(one.state.name, one.state.position, streams(one.read_model)) for one in those]
        source, names = window.waiting(using, positions)
        found |= {
            one.read_model
            for one in those
            if one.state.name in names or reason_for_everything(one.state, source)
        }
    return found
