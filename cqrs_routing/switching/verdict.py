"""The guard's verdict on an endpoint: how its new side does against legacy within the window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import TextChoices

from cqrs_routing.declaration.guard import Guard
from cqrs_routing.switching.evidence import Evidence
from cqrs_routing.switching.gate import is_slower


class Finding(TextChoices):
    """What a look at the window comes to."""

    HOLD = "hold", "the new side does as well as legacy"
    FAIL = "fail", "the new side does worse"
    LITTLE = "little traffic", "there were too few requests to say"
    HALT = "halt", "legacy is the side that does worse: nothing is sent back to it"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    finding: Finding
    reason: str = ""

    @property
    def is_failure(self) -> bool:
        return self.finding is Finding.FAIL


def verdict(evidence: Evidence, guard: Guard) -> Verdict:
    """Look at the new side alone where legacy was asked too little to compare with."""
    if problems := [*staleness(evidence, guard), *mismatches(evidence, guard)]:
        return Verdict(finding=Finding.FAIL, reason="; ".join(problems))
    if evidence.cqrs.requests < guard.requests:
        reason = f"{evidence.cqrs.requests} requests in {guard.window_seconds:g} s, {guard.requests} needed"
        return Verdict(
            finding=Finding.FAIL if guard.little_traffic == "fail" else Finding.LITTLE, reason=reason
        )
    if problems := [*errors(evidence, guard), *slowness(evidence, guard)]:
        return Verdict(finding=Finding.FAIL, reason="; ".join(problems))
    if reason := sick_legacy(evidence, guard):
        return Verdict(finding=Finding.HALT, reason=reason)
    return Verdict(finding=Finding.HOLD)


def staleness(evidence: Evidence, guard: Guard) -> Iterator[str]:
    if evidence.lag_seconds > guard.lag_seconds:
        yield f"the read models are {evidence.lag_seconds:.1f} s behind, {guard.lag_seconds:g} s allowed"
    if evidence.dead_commands > guard.dead_commands:
        yield f"{evidence.dead_commands} commands have died, {guard.dead_commands} allowed"


def mismatches(evidence: Evidence, guard: Guard) -> Iterator[str]:
    if evidence.mismatch_rate > guard.mismatch_rate:
        yield (
            f"{evidence.mismatched} of {evidence.compared} compared requests differ, "
            f"{guard.mismatch_rate:.2%} allowed"
        )


def errors(evidence: Evidence, guard: Guard) -> Iterator[str]:
    legacy = evidence.legacy.error_rate
    if evidence.cqrs.error_rate > legacy + guard.error_rate:
        yield (
            f"{evidence.cqrs.error_rate:.2%} of the new side's answers are errors, {legacy:.2%} of legacy's; "
            f"{guard.error_rate:.2%} more are allowed"
        )


def slowness(evidence: Evidence, guard: Guard) -> Iterator[str]:
    new, legacy = evidence.cqrs.p95_ms, evidence.legacy.p95_ms
    if new and legacy and is_slower(new, legacy, guard.p95_ratio, guard.p95_slack_ms):
        yield f"the new side's p95 is {new:g} ms, legacy's {legacy:g} ms; {guard.p95_ratio:g} times is allowed"


def sick_legacy(evidence: Evidence, guard: Guard) -> str:
    """Why it would be wrong to send requests back to legacy; empty where it would not."""
    legacy, new = evidence.legacy, evidence.cqrs
    if legacy.requests >= guard.requests and legacy.error_rate > new.error_rate + guard.error_rate:
        return (
            f"{legacy.error_rate:.2%} of legacy's answers are errors, {new.error_rate:.2%} of the new side's"
        )
    return ""
