"""A sandbox without its databases: only what goes outside is kept in."""

from contextlib import contextmanager

from cqrs_routing.sandbox.active import Sandbox, within
from cqrs_routing.sandbox.effect import Recorded
from cqrs_routing.sandbox.installation import install


@contextmanager
def kept_in(*tolerated):
    install()
    sandbox = Sandbox(Recorded(tolerated))
    with within(sandbox):
        yield sandbox.recorded


def found(recorded):
    """The effects as pairs."""
    return [(effect.kind, effect.detail) for effect in recorded.effects]
