"""A trial in shadow: a candidate with a mistake in is found out and corrected, while legacy answers everybody."""

from dataclasses import dataclass

from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.models import Mismatch
from cqrs_routing.switching.evidence import Evidence
from cqrs_routing.switching.gate import gate_of
from cqrs_routing.switching.promotion import promote
from cqrs_routing.switching.switch import recount
from legacy_app.demo.evidence import evidence, mismatches, refusal
from legacy_app.demo.releases.release import Release
from legacy_app.demo.stage import Stage
from legacy_app.demo.thresholds import FEWEST
from legacy_app.demo.trials import Trial

LINES, WIDTH = 4, 110
"""That are shown of an example."""


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """A release with something wrong in it, and the titles of the mismatches that tell so."""

    endpoint: str
    release: Release
    expected: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What shadow has found of a mistake, and why the gate refuses a promotion."""

    kinds: dict[str, int]
    evidence: Evidence
    refusal: str


def find(stage: Stage, mistake: Mistake) -> Found:
    """Put the endpoint in shadow, and wait until its mistake has shown."""
    endpoint = mistake.endpoint
    stage.stack.deploy(mistake.release)
    stage.change(promote, endpoint, reason="both sides are to be compared")
    with stage.narrator.busy("Clients go on; legacy answers them, and the candidate answers nobody"):
        stage.wait_until(lambda: has_shown(mistake))
    kinds, refused = mismatches(endpoint), refusal(endpoint)
    show(stage, endpoint, kinds)
    stage.narrator.say(f'$ manage.py cqrs_endpoint promote "{endpoint}"')
    stage.narrator.quote([refused or "went to canary"])
    return Found(
        kinds={kind.title: kind.count for kind in kinds}, evidence=evidence(endpoint), refusal=refused
    )


def has_shown(mistake: Mistake) -> bool:
    kinds = {kind.title for kind in mismatches(mistake.endpoint)}
    return set(mistake.expected) <= kinds and evidence(mistake.endpoint).compared >= FEWEST


def correct(stage: Stage, mistake: Mistake, found: Found) -> Trial:
    """Deploy a release without the mistake, count anew, and wait until the gate holds."""
    endpoint, narrator = mistake.endpoint, stage.narrator
    stage.stack.deploy(Release())
    stage.change(recount, endpoint, reason="the candidate is corrected")
    with narrator.busy("The correction is deployed, and the evidence is counted anew"):
        stage.wait_until(lambda: is_enough(endpoint))
    sound, refused = evidence(endpoint), refusal(endpoint)
    narrator.say(f"{summary(sound)}: {refused or 'the gate holds'}")
    show(stage, endpoint, mismatches(endpoint))
    trial = Trial(
        endpoint=endpoint, kinds=found.kinds, refusal=found.refusal, faulty=found.evidence, sound=sound
    )
    stage.trials.broken += trial.problems(mistake.expected)
    narrator.say(stage.load())
    return trial


def is_enough(endpoint: str) -> bool:
    """Whether there is as much evidence as the gate wants, or enough to know that it will not hold."""
    seen = evidence(endpoint)
    return bool(seen.mismatched) or seen.compared >= gate_of(endpoints.get(endpoint)).compared


def summary(seen: Evidence) -> str:
    text = f"{seen.compared:,} requests compared, {seen.mismatched:,} differ"
    return f"{text}, {seen.inconclusive:,} inconclusive" if seen.inconclusive else text


def show(stage: Stage, endpoint: str, kinds: list[Mismatch]) -> None:
    """The kinds, as ``cqrs_endpoint mismatches`` tells them, with the beginning of an example."""
    if kinds:
        stage.narrator.say(f'$ manage.py cqrs_endpoint mismatches "{endpoint}"')
    for kind in kinds:
        example = kind.examples.first()
        lines = [example.request, *example.diff.splitlines()][:LINES] if example else []
        stage.narrator.quote([f"{kind.count} times: {kind.title}", *(f"  {line[:WIDTH]}" for line in lines)])
