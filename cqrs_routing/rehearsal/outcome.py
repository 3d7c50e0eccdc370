"""The outcome of a rehearsal: compared, counted and kept, when the client has its answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from http.client import ACCEPTED, BAD_REQUEST

from cqrs_routing.comparison import Answer, Difference, kept, kind_of, readable
from cqrs_routing.mismatches.keeping import Example, inconclusive, keep
from cqrs_routing.rehearsal.answers import differing
from cqrs_routing.rehearsal.comparison import compare, sameness
from cqrs_routing.rehearsal.finding import Finding
from cqrs_routing.rehearsal.interference import Span, interference
from cqrs_routing.rehearsal.readable import readable_finding
from cqrs_routing.rehearsal.recording import Recording
from cqrs_routing.sandbox.effect import Effect
from cqrs_routing.serving.service import Service
from cqrs_routing.traffic.counts import COMPARED, INCONCLUSIVE, MISMATCHED, SHADOW, counts

logger = logging.getLogger("cqrs_routing.rehearsal")

Pair = tuple[Recording, Recording]


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """What both sides did; ``obstacle`` says why nothing can be told.

    Attributes:
        recordings: by alias, of the handler and of legacy.
        spans: by alias, from before the handler until after legacy.
        effects: what the handler tried to do outside the database, within its transaction.
    """

    service: Service
    request: str
    obstacle: str = ""
    handler: Answer = field(default=Answer(status=0))
    legacy: Answer = field(default=Answer(status=0))
    recordings: Mapping[str, Pair] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    milliseconds: float = 0.0


def conclude(rehearsed: Rehearsed) -> None:
    """Compare, count and keep. Never raises."""
    try:
        examples, reason = judged(rehearsed)
    except Exception as error:
        logger.exception("%s: a rehearsal could not be compared.", rehearsed.service.endpoint.name)
        examples, reason = [], f"{type(error).__name__}: {error}"
    count(rehearsed, is_inconclusive=bool(reason) and not examples, differs=bool(examples))
    if reason and not examples:
        examples = [inconclusive(rehearsed.request, reason)]
    try:
        for example in examples:
            keep(rehearsed.service.endpoint.name, rehearsed.service.state.stint, example)
    except Exception:
        logger.exception("%s: a mismatch could not be kept.", rehearsed.service.endpoint.name)


def count(rehearsed: Rehearsed, *, is_inconclusive: bool, differs: bool) -> None:
    service = rehearsed.service
    add = partial(counts.add, service.endpoint.name, service.state.stint, SHADOW)
    add(INCONCLUSIVE if is_inconclusive else COMPARED)
    if differs:
        add(MISMATCHED)
    if rehearsed.milliseconds:
        status = 500 if rehearsed.handler.error else rehearsed.handler.status
        counts.answered(service.endpoint.name, service.state.stint, SHADOW, status, rehearsed.milliseconds)


def judged(rehearsed: Rehearsed) -> tuple[list[Example], str]:
    """What differs, each kind once; and why that cannot be told, if it cannot."""
    if rehearsed.obstacle:
        return [], rehearsed.obstacle
    if (
        rehearsed.handler.status == ACCEPTED != rehearsed.legacy.status
        and rehearsed.legacy.status < BAD_REQUEST
    ):
        return [], "the candidate answered 202: it left for later what legacy does at once"
    endpoint = rehearsed.service.endpoint
    # Asked at most once of each alias, and only where something differs.
    reasons = {
        alias: cache(partial(interference, rehearsed.spans[alias], *pair))
        for alias, pair in rehearsed.recordings.items()
    }
    verdicts = [
        compare(*pair, ignore=endpoint.ignore_columns, interference=reasons[alias])
        for alias, pair in rehearsed.recordings.items()
    ]
    findings = [finding for verdict in verdicts for finding in verdict.findings]
    answers = list(of_answers(rehearsed))
    reason = next((verdict.reason for verdict in verdicts if verdict.outcome == "inconclusive"), "")
    if answers and not reason:
        reason = next((found for ask in reasons.values() if (found := ask())), "")
    effects = list(of_effects(rehearsed))
    if reason:
        certain = [finding for finding in findings if finding.is_certain]
        return [*effects, *of_rows(rehearsed, certain)], reason
    return [*effects, *of_rows(rehearsed, findings), *answers], ""


def of_effects(rehearsed: Rehearsed) -> Iterator[Example]:
    """What the handler did while its transaction was open, and would have done though that were rolled back."""
    by_kind: dict[str, list[Effect]] = {}
    for effect in rehearsed.effects:
        by_kind.setdefault(effect.kind, []).append(effect)
    for kind, effects in by_kind.items():
        title = f"{kind} within the handler's transaction"
        remedy = "Do it after the commit: by context.on_commit(), transaction.on_commit() or an event."
        yield example(rehearsed, title, "\n".join([*map(str, effects), remedy]))


def of_rows(rehearsed: Rehearsed, findings: list[Finding]) -> Iterator[Example]:
    by_kind: dict[str, list[Finding]] = {}
    for finding in findings:
        by_kind.setdefault(finding.kind, []).append(finding)
    hides = rehearsed.service.endpoint.rules.hides
    for kind, findings in by_kind.items():
        yield example(rehearsed, kind, "\n".join(readable_finding(one, hides) for one in findings))


def of_answers(rehearsed: Rehearsed) -> Iterator[Example]:
    """The difference of the answers, if there is one."""
    endpoint = rehearsed.service.endpoint
    for pair in rehearsed.recordings.values():
        found: tuple[Difference, ...] = differing(
            rehearsed.legacy, rehearsed.handler, endpoint.rules, sameness(*pair)
        )
        if found:
            title = f"answer: {kind_of(found).title}"
            yield example(rehearsed, title, readable(found, endpoint.rules))
            return


def example(rehearsed: Rehearsed, title: str, diff: str) -> Example:
    rules = rehearsed.service.endpoint.rules
    return Example(
        title=title,
        request=rehearsed.request,
        diff=diff,
        legacy=kept(rehearsed.legacy, rules),
        candidate=kept(rehearsed.handler, rules),
    )
