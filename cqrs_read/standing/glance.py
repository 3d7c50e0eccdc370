"""A glance at read models: of their states what decides whether a token is met, all in one round trip."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import router

from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.standing.state import fingerprint
from cqrs_write.aside import asking

STATES = """
SELECT s.name, s.position, s.origin, s.lost, s.fingerprint, s.ready_at IS NOT NULL,
  EXISTS (SELECT 1 FROM cqrs_backlog b WHERE b.read_model = s.name)
FROM cqrs_read_model_state s WHERE s.name IN ({places})
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Glance:
    """One read model at a moment; without a state it has no position."""

    position: str = ""
    origin: str = ""
    lost: int = 0
    fingerprint: str = ""
    ready: bool = False
    backlog: bool = False

    def reason_unfit(self, read_model: type[ReadModel]) -> str:
        """Why no single refresh makes ``read_model`` fresh, as the end of a line that names it; empty if one does."""
        if not self.position:
            return "has not been backfilled."
        if self.fingerprint != fingerprint(read_model):
            return "was declared differently when it was filled."
        if not self.ready:
            return "is being filled."
        return "has a backlog to work off." if self.backlog else ""


def glance_at(read_models: Iterable[type[ReadModel]]) -> Mapping[type[ReadModel], Glance]:
    """From where the rows of ``read_models`` are read: a replica has the positions of its own rows."""
    by_alias: dict[str, dict[str, type[ReadModel]]] = {}
    found = {read_model: Glance() for read_model in read_models}
    for read_model in found:
        by_alias.setdefault(router.db_for_read(read_model), {})[name_of(read_model)] = read_model
    for using, named in by_alias.items():
        with asking(using) as cursor:
            cursor.execute(STATES.format(places=", ".join(["%s"] * len(named))), list(named))
            for name, position, origin, lost, digest, ready, backlog in cursor.fetchall():
                found[named[name]] = Glance(
                    position=position,
                    origin=origin,
                    lost=lost,
                    fingerprint=digest,
                    ready=bool(ready),
                    backlog=bool(backlog),
                )
    return found
