"""The gate: whether the evidence is enough to let the new side answer more."""

from __future__ import annotations

from collections.abc import Iterator

from cqrs_routing.conf import settings
from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.declaration.gate import Gate
from cqrs_routing.modes.mode import Mode
from cqrs_routing.switching.evidence import Evidence, SideEvidence


def gate_of(endpoint: Endpoint) -> Gate:
    return endpoint.gate or settings().gate


def shortcomings(evidence: Evidence, gate: Gate, mode: Mode) -> list[str]:
    """What the evidence lacks for a promotion out of ``mode``, a line each; nothing where the gate holds."""
    candidate = evidence.cqrs if mode is Mode.CANARY else evidence.shadow
    return [*amount(evidence, gate, mode), *quality(evidence, gate), *speed(evidence.legacy, candidate, gate)]


def amount(evidence: Evidence, gate: Gate, mode: Mode) -> Iterator[str]:
    if mode is Mode.CANARY:
        if evidence.cqrs.requests < gate.served:
            yield f"{evidence.cqrs.requests} requests served by the new side, {gate.served} needed"
    elif evidence.compared < gate.compared:
        yield f"{evidence.compared} requests compared, {gate.compared} needed"


def quality(evidence: Evidence, gate: Gate) -> Iterator[str]:
    if evidence.mismatch_rate > gate.mismatch_rate:
        yield (
            f"{evidence.mismatched} of {evidence.compared} compared requests differ, "
            f"{gate.mismatch_rate:.2%} allowed"
        )
    if evidence.lag_seconds > gate.lag_seconds:
        yield f"the read models are {evidence.lag_seconds:.1f} s behind, {gate.lag_seconds:g} s allowed"
    if evidence.dead_commands:
        yield f"{evidence.dead_commands} commands are dead: retry or discard them"


def speed(legacy: SideEvidence, candidate: SideEvidence, gate: Gate) -> Iterator[str]:
    if candidate.error_rate > legacy.error_rate + gate.error_rate:
        yield (
            f"{candidate.error_rate:.2%} of the new side's answers are errors, of legacy's "
            f"{legacy.error_rate:.2%}; {gate.error_rate:.2%} more are allowed"
        )
    if (
        legacy.p95_ms
        and candidate.p95_ms
        and is_slower(candidate.p95_ms, legacy.p95_ms, gate.p95_ratio, gate.p95_slack_ms)
    ):
        yield (
            f"the new side's p95 is {candidate.p95_ms:g} ms, legacy's {legacy.p95_ms:g} ms; "
            f"{gate.p95_ratio:g} times as long is allowed"
        )


def is_slower(candidate_ms: float, legacy_ms: float, ratio: float, slack_ms: float) -> bool:
    """Whether the candidate takes longer than both limits allow."""
    return candidate_ms > legacy_ms * ratio and candidate_ms > legacy_ms + slack_ms
