"""Interference: whether another writer may have caused what differs between two runs."""

from __future__ import annotations

from dataclasses import dataclass

from cqrs_routing.rehearsal.foreign_commits import foreign_commits, raw_connection
from cqrs_routing.rehearsal.plumbing import is_own, is_plumbing
from cqrs_routing.rehearsal.recording import Recording
from cqrs_write.backends import load


@dataclass(frozen=True, kw_only=True)
class Span:
    """From ``before`` the handler began until ``after`` the legacy view had ended: two snapshots of one alias."""

    using: str
    before: str
    after: str


def interference(span: Span, handler: Recording, legacy: Recording) -> str:
    """How another writer may have changed what either side has read or written, in one line; empty if none did.

    Tables with image triggers tell of each of their writers. Where there is one without, any transaction that
    committed in between, anywhere on the server, may have changed it.
    """
    used = [table for table in sorted(handler.used | legacy.used) if not is_own(table)]
    found = load("cqrs_write", "image_changes", span.using).changes(
        raw_connection(span.using), used, span.before, span.after, handler.numbers | legacy.numbers
    )
    if found is None:
        return "The change log was trimmed between the two runs, and nobody knows what others wrote."
    for one in found:
        if one.changed:
            return f"Another writer changed {one.table} between the two runs."
    mute = next((one.table for one in found if not one.tells and not is_plumbing(one.table)), None)
    if mute and foreign_commits(span.using, span.before, span.after, handler, legacy):
        return (
            f"Other transactions committed between the two runs, and {mute} does not tell whether they changed it: "
            "declare it in tables=."
        )
    return ""
