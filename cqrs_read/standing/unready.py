"""Unready read models: those of which not every row is there to be served."""

from collections.abc import Iterable

from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.standing.identity import reason_made_anew
from cqrs_read.standing.state import fingerprint, state_of


def unready(read_models: Iterable[type[ReadModel]]) -> list[type[ReadModel]]:
    """Those of ``read_models`` that a backfill would make ready: empty, half filled, or declared differently since."""
    return [read_model for read_model in read_models if _is_unready(read_model)]


def _is_unready(read_model: type[ReadModel]) -> bool:
    state = state_of(read_model)
    return (
        not state.position
        or state.ready_at is None
        or state.fingerprint != fingerprint(read_model)
        or bool(reason_made_anew(read_model, state))
    )
