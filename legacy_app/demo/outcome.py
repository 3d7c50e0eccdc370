"""The outcome: all figures of a run, and whether every promise was kept."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from legacy_app.demo.measurements import Figures, as_document
from legacy_app.demo.promises import Promises, kept
from legacy_app.demo.stage import Stage
from legacy_app.demo.switches import Obeyed, obedience
from legacy_app.demo.trials import Trials


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of the run; the lists hold one line for each thing that went wrong."""

    figures: list[Figures]
    errors: list[str]
    differences: list[str]
    promises: Promises
    switches: list[Obeyed]
    lag_last: float
    lag_p99: float
    lag_longest: float
    writes: Counter[str]
    fallbacks: Counter[str]
    tracebacks: dict[str, int]
    trials: Trials
    seconds: float

    @property
    def lost(self) -> list[str]:
        return list(self.promises.lost)

    @property
    def perfect(self) -> bool:
        return not (self.errors or self.differences or self.lost or self.trials.broken)

    def document(self) -> dict[str, Any]:
        """For ``--json``: seconds and milliseconds as the names say."""
        return {
            "errors": len(self.errors),
            "differences": len(self.differences),
            "lost": len(self.lost),
            "broken": len(self.trials.broken),
            "endpoints": as_document(self.figures),
            "commands": {
                "accepted": self.promises.accepted,
                "done": self.promises.done,
                "dead": self.promises.dead,
            },
            "lag_seconds": {"last": self.lag_last, "p99": self.lag_p99, "max": self.lag_longest},
            "switches": {"count": len(self.switches), "slowest_seconds": slowest(self.switches)},
            **self.trials.document(),
            "fallbacks": self.fallbacks.total(),
            "legacy_writes": self.writes.total(),
            "seconds": self.seconds,
        }


def outcome_of(stage: Stage) -> Outcome:
    switches = obedience(stage.switches, stage.measurements.taken())
    return Outcome(
        figures=stage.measurements.figures(),
        errors=stage.errors,
        differences=stage.differences,
        promises=stage.promises or kept(stage.clients.placed),
        switches=switches,
        lag_last=stage.lag.last,
        lag_p99=stage.lag.p99,
        lag_longest=stage.lag.longest,
        writes=stage.writers.done,
        fallbacks=stage.measurements.fallbacks,
        tracebacks=tracebacks(stage),
        trials=stage.trials,
        seconds=round(stage.narrator.seconds, 1),
    )


def slowest(switches: list[Obeyed]) -> float:
    return max((item.seconds for item in switches), default=0.0)


def tracebacks(stage: Stage) -> dict[str, int]:
    """By the name of the process, of all that ran."""
    found: Counter[str] = Counter()
    for process in (*stage.stack.stopped, *stage.stack.processes):
        found[process.name] += process.tracebacks
    return dict(found)
