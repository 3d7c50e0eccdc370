"""A recording: what a walk saw, what it left in the database, and what the toolkit says of it, in a file."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.urls import ResolverMatch, URLPattern, URLResolver, get_resolver

from .exchange import Exchange
from .rows import Content, content, sequences
from .site import Handler, Site


@dataclass(frozen=True, kw_only=True)
class Recording:
    """Attributes:
    exchanges: in their order.
    content: every row of every table, as text.
    sequences: the last value of each.
    routes: every URL pattern of the site, with its view name.
    modes: the mode of every endpoint; empty without the toolkit.
    """

    exchanges: list[Exchange]
    content: Content
    sequences: dict[str, Any]
    routes: dict[str, str]
    modes: dict[str, str]

    @classmethod
    def read(cls, file: Path) -> "Recording":
        stored = json.loads(file.read_text())
        return cls(**stored | {"exchanges": [Exchange(**one) for one in stored["exchanges"]]})


def record(walk: Callable[[Site], None], handler: Handler, file: Path) -> None:
    site = Site(handler=handler)
    walk(site)
    recording = {
        "exchanges": [exchange.to_json() for exchange in site.exchanges],
        "content": content(),
        "sequences": sequences(),
        "routes": dict(routes(get_resolver().url_patterns)),
        "modes": modes(),
    }
    file.write_text(json.dumps(recording))


def routes(patterns: Any, route: str = "", spaces: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Route and view name of each pattern, as ``resolver_match`` has them."""
    found: list[tuple[str, str]] = []
    for pattern in patterns:
        here = route + str(pattern.pattern).removeprefix("^" if route else "")
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            found += routes(pattern.url_patterns, here, inner)
        elif isinstance(pattern, URLPattern):
            match = ResolverMatch(pattern.callback, (), {}, url_name=pattern.name, namespaces=list(spaces))
            found.append((here, match.view_name))
    return found


def modes() -> dict[str, str]:
    if not apps.is_installed("cqrs_routing"):
        return {}
    from cqrs_routing.declaration.registry import endpoints
    from cqrs_routing.modes.snapshot import modes

    return {name: modes.state_of(name).mode.value for name in endpoints.names}
