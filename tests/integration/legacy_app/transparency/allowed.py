"""The differences that are allowed: what an installation adds, named one by one."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from .exchange import Exchange
from .rows import Content

HEADERS = {
    "Correlation-Id": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "traceparent": r"00-[0-9a-f]{32}-[0-9a-f]{16}-00",
}
"""What the trace's middleware adds to every answer."""

APP_OF = {"django_migrations": "app", "django_content_type": "app_label"}
"""Tables in which Django keeps a row for whatever is installed, and the column that tells for which app.

There is one more, ``auth_permission``, whose rows point at those of the second.
"""


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """Attributes:
    apps: the labels of the apps that the installation adds.
    bodies: by the name of a view, what takes out of its body what the installation adds there.
    """

    apps: frozenset[str]
    bodies: Mapping[str, Callable[[str], str]]

    def normalise(self, exchange: Exchange) -> Exchange:
        for name, value in HEADERS.items():
            if re.fullmatch(value, exchange.headers.get(name, "")):
                exchange = exchange.without_header(name)
        if clean := self.bodies.get(exchange.view):
            # Content-Length is that of the whole body, which is what differs.
            exchange = replace(exchange, body=clean(exchange.body)).without_header("Content-Length")
        return exchange

    def is_added(self, table: str, row: str, content: Content) -> bool:
        """Whether a row is Django's note of one of the installed apps."""
        if table == "auth_permission":
            types = content["django_content_type"]
            return any(
                self.is_added("django_content_type", other, content)
                for other in types
                if is_type_of(other, row)
            )
        return table in APP_OF and value_of(APP_OF[table], row) in self.apps

    def is_moved(self, sequence: str) -> bool:
        return sequence.removesuffix("_id_seq") in {*APP_OF, "auth_permission"}


def is_type_of(content_type: str, permission: str) -> bool:
    return value_of("id", content_type) == value_of("content_type_id", permission)


def value_of(column: str, row: str) -> str:
    """What a row, which is text, has in a column of numbers or names."""
    found = re.search(rf"'{column}': '?(\w+)", row)
    return found[1] if found else ""


def without_sections(labels: frozenset[str]) -> Callable[[str], str]:
    """Takes the sections of these apps out of a page of the admin."""
    section = re.compile(
        rf'<div class="app-(?:{"|".join(sorted(labels))}) module.*?</table>\s*</div>\s*', re.S
    )
    return lambda body: section.sub("", body)


def without_permissions(names: frozenset[str]) -> Callable[[str], str]:
    """Takes the permissions of the apps with these names out of the lists that a page offers."""
    option = re.compile(
        rf'\s*<option value="\d+"[^>]*>(?:{"|".join(map(re.escape, sorted(names)))}) \|[^<]*</option>'
    )
    return lambda body: option.sub("", body)
