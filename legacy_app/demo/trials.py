"""What the ways to the new side came to: the trials in shadow, the steps of canaries, what the guard took back."""

from dataclasses import asdict, dataclass, field
from typing import Any

from cqrs_routing.switching.evidence import Evidence, SideEvidence


@dataclass(frozen=True, kw_only=True)
class Trial:
    """An endpoint in shadow: first with a mistake in its candidate, then without.

    Attributes:
        kinds: of the mismatches with the mistake: title and how often.
        refusal: what the gate said against a promotion then; empty if it did not refuse.
        faulty, sound: the evidence with and without the mistake.
    """

    endpoint: str
    kinds: dict[str, int]
    refusal: str
    faulty: Evidence
    sound: Evidence

    def document(self) -> dict[str, Any]:
        """For ``--json``."""
        sides = {"faulty": self.faulty, "sound": self.sound}
        numbers = {
            name: {
                "compared": seen.compared,
                "mismatched": seen.mismatched,
                "inconclusive": seen.inconclusive,
                "shed": seen.shed,
            }
            for name, seen in sides.items()
        }
        return {"endpoint": self.endpoint, "kinds": self.kinds, "refusal": self.refusal, **numbers}

    def problems(self, expected: tuple[str, ...]) -> list[str]:
        """One line for each way in which the trial has failed.

        Args:
            expected: the titles of the mismatches that are the mistake.
        """
        missed = [title for title in expected if title not in self.kinds]
        found = [f"{self.endpoint}: its mistake was not found in shadow: {title}" for title in missed]
        if not self.refusal:
            found.append(f"{self.endpoint}: the gate held although the candidate has a mistake")
        if not self.sound.compared:
            found.append(f"{self.endpoint}: nothing was compared without the mistake")
        if self.sound.mismatched:
            found.append(f"{self.endpoint}: {self.sound.mismatched} false findings without the mistake")
        return found


@dataclass(frozen=True, kw_only=True)
class Step:
    """What was seen of both sides while the new one answered ``percent`` of the clients."""

    endpoint: str
    percent: float
    legacy: SideEvidence
    cqrs: SideEvidence


@dataclass(frozen=True, kw_only=True)
class TakenBack:
    """A mistake that went into a canary: why the guard took the endpoint back, and how many seconds after."""

    mistake: str
    reason: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class OwnWrites:
    """Clients that read what they had just written.

    Attributes:
        pairs: of a write and the read after it, which brought the write's token.
        stale: reads that did not show the write.
        by_legacy: reads that legacy answered, since the read model was not there yet.
        forgotten: further pairs whose read brought no token; ``stale_without`` of them did not show the write.
    """

    pairs: int
    stale: int
    by_legacy: int
    forgotten: int
    stale_without: int


@dataclass(kw_only=True)
class Trials:
    """All of them.

    Attributes:
        broken: one line for each promise of the way that was not kept.
        tester_errors: answers of the new side that said that the server failed, to the tester who asked for it.
    """

    shadow: Trial | None = None
    rehearsal: Trial | None = None
    steps: list[Step] = field(default_factory=list)
    taken_back: list[TakenBack] = field(default_factory=list)
    own_writes: OwnWrites | None = None
    tester_errors: int = 0
    broken: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "shadow": self.shadow.document() if self.shadow else None,
            "rehearsal": self.rehearsal.document() if self.rehearsal else None,
            "canary": [asdict(step) for step in self.steps],
            "guard": [asdict(one) for one in self.taken_back],
            "own_writes": asdict(self.own_writes) if self.own_writes else None,
            "tester_errors": self.tester_errors,
        }
