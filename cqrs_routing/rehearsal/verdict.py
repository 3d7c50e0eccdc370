"""The verdict of one rehearsal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cqrs_routing.rehearsal.finding import Finding

Outcome = Literal["same", "different", "inconclusive"]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """``reason`` says why it is inconclusive; what was found then may be another writer's doing."""

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of what was found, each once."""
        return tuple(dict.fromkeys(finding.kind for finding in self.findings))
