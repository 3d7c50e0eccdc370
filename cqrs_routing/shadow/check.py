"""The check of a sample: both sides' answers, compared, and where they differ compared again in one moment."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from cqrs_read.exceptions import NotCaughtUp
from cqrs_read.moment import in_one_moment
from cqrs_routing.comparison import Answer, Difference, Rules, compare, kept, kind_of, readable
from cqrs_routing.comparison.sensitive import redacted_text
from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.mismatches.keeping import Example, inconclusive, keep
from cqrs_routing.sandbox.sandbox import Outcome, run
from cqrs_routing.serving.decision import Side
from cqrs_routing.shadow.replay import Replay, replayed
from cqrs_routing.shadow.sample import Sample
from cqrs_routing.traffic.counts import COMPARED, INCONCLUSIVE, MISMATCHED, SHADOW, counts
from cqrs_write.exceptions import UnknownName

logger = logging.getLogger("cqrs_routing.shadow")

TRIES = 3
"""Moments that are tried for one sample."""

PAUSE = 0.05
"""Seconds between them."""

STATEMENT_SECONDS = 5.0
"""Seconds that one statement of the candidate may take, on PostgreSQL."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What came of it: no differences, some that stayed, or the reason why that cannot be told."""

    sample: Sample
    differences: tuple[Difference, ...] = ()
    legacy: Answer | None = None
    candidate: Answer | None = None
    inconclusive: str = ""


def check_and_count(sample: Sample) -> Checked | None:
    """Check ``sample``, count it, and keep what differs. Never raises; None if there is no such endpoint any more."""
    try:
        endpoint = endpoints.get(sample.endpoint)
        checked = check(sample, endpoint)
        if checked.differences:
            keep(sample.endpoint, sample.stint, example_of(checked, endpoint.rules))
        elif checked.inconclusive:
            request = asked_for(sample, endpoint.rules)
            keep(sample.endpoint, sample.stint, inconclusive(request, checked.inconclusive))
    except UnknownName:
        return None
    except Exception as error:
        logger.exception("%s: a request could not be compared.", sample.endpoint)
        checked = Checked(sample=sample, inconclusive=f"{type(error).__name__}: {error}")
    add = partial(counts.add, sample.endpoint, sample.stint, SHADOW)
    add(INCONCLUSIVE if checked.inconclusive else COMPARED)
    if checked.differences:
        add(MISMATCHED)
    return checked


def check(sample: Sample, endpoint: Endpoint) -> Checked:
    """Compare the candidate's answer with the one that legacy has given.

    A difference may only be that the two saw different states of the database. It counts if it is there in one moment,
    in which both answer anew; comparing with the old answer, or waiting a while, would give false ones.
    """
    if sample.obstacle:
        return Checked(sample=sample, inconclusive=sample.obstacle)
    try:
        candidate = first_answer(sample)
    except LookupError:
        return Checked(sample=sample, inconclusive="whoever asked is there no more")
    if not compare(sample.legacy, candidate, endpoint.rules):
        return Checked(sample=sample)
    return check_again(sample, endpoint)


def first_answer(sample: Sample) -> Answer:
    """The candidate's answer now, which is counted as one of the new side that nobody got."""
    replay = answered(sample, "cqrs", statement_timeout=STATEMENT_SECONDS)
    assert replay.answer is not None
    status = 500 if replay.answer.error else replay.answer.status
    counts.answered(sample.endpoint, sample.stint, SHADOW, status, replay.milliseconds)
    return replay.answer


def check_again(sample: Sample, endpoint: Endpoint) -> Checked:
    """Have both sides answer in one moment."""
    reason = ""
    for attempt in range(TRIES):
        time.sleep(PAUSE if attempt else 0)
        try:
            return in_a_moment(sample, endpoint)
        except NotCaughtUp as error:
            reason = str(error)
    return Checked(sample=sample, inconclusive=reason)


def in_a_moment(sample: Sample, endpoint: Endpoint) -> Checked:
    sides: list[Callable[[], Replay]] = [
        partial(answered, sample, side, transaction=False) for side in ("cqrs", "legacy")
    ]
    seen = in_one_moment(endpoint.read_models, *sides)
    legacy, candidate = seen.legacy.answer, seen.candidate.answer
    assert legacy is not None
    assert candidate is not None
    return Checked(
        sample=sample,
        differences=compare(legacy, candidate, endpoint.rules),
        legacy=legacy,
        candidate=candidate,
    )


def answered(sample: Sample, side: Side, **options: object) -> Replay:
    """What ``side`` answers, in a sandbox. What it does there beside reading is no business of the comparison."""
    outcome: Outcome[Replay] = run(partial(replayed, sample, side), **options)  # type: ignore[arg-type]
    if outcome.error:
        raise outcome.error
    assert outcome.result is not None
    return outcome.result


def example_of(checked: Checked, rules: Rules) -> Example:
    kind = kind_of(checked.differences)
    return Example(
        title=kind.title,
        kind=kind,
        request=asked_for(checked.sample, rules),
        user=checked.sample.user,
        diff=readable(checked.differences, rules),
        legacy=kept(checked.legacy, rules),
        candidate=kept(checked.candidate, rules),
    )


def asked_for(sample: Sample, rules: Rules) -> str:
    return redacted_text(f"GET {sample.path}", rules.hides)
