"""A canary: which of an endpoint's requests the new view answers.

Whoever is in stays in while the share grows: what decides is the place that a hash gives to the client.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any
from zlib import crc32

from django.conf import settings as django_settings
from django.http import HttpRequest

from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.modes.requester import requester

PLACES = 10_000
"""Places that clients are spread over: hundredths of a percent."""


@dataclass(frozen=True, kw_only=True)
class Canary:
    """Who is in: a share of the clients, and whoever else is named.

    Attributes:
        percent: of the clients, 0 to 100 with two decimals.
        users: primary keys, as text.
        groups: primary keys of Django's groups.
        header: a request header, ``X-Canary``, or one with its value, ``X-Canary: yes``.
    """

    percent: Decimal = Decimal(0)
    users: tuple[str, ...] = ()
    groups: tuple[int, ...] = ()
    header: str = ""
    _places: int = field(init=False, default=0, repr=False, compare=False)
    _meta: str = field(init=False, default="", repr=False, compare=False)
    _value: str = field(init=False, default="", repr=False, compare=False)

    def __post_init__(self) -> None:
        name, _, value = self.header.partition(":")
        object.__setattr__(self, "_places", int(self.percent * PLACES / 100))
        object.__setattr__(self, "_meta", "HTTP_" + name.strip().upper().replace("-", "_") if name else "")
        object.__setattr__(self, "_value", value.strip())

    def __str__(self) -> str:
        parts = [f"{self.percent.normalize():f} %"] if self.percent or not self.names_anybody else []
        parts += [counted(len(self.users), "user")] if self.users else []
        parts += [counted(len(self.groups), "group")] if self.groups else []
        parts += [f"header {self.header}"] if self.header else []
        return ", ".join(parts)

    @property
    def names_anybody(self) -> bool:
        return bool(self.users or self.groups or self.header)

    @property
    def needs_user(self) -> bool:
        """Whether it must be known who asks, which may take queries."""
        return bool(self.users or self.groups)

    @property
    def as_json(self) -> dict[str, Any]:
        found = {name: value for name, value in asdict(self).items() if not name.startswith("_")}
        return {**found, "percent": float(self.percent)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Canary:
        """The canary that :attr:`as_json` has written."""
        return cls(
            percent=Decimal(str(values["percent"])),
            users=tuple(values["users"]),
            groups=tuple(values["groups"]),
            header=values["header"],
        )

    def includes(self, request: HttpRequest, endpoint: Endpoint) -> bool:
        """Whether the new view answers ``request``.

        Source: the hash is CRC-32, salted with the endpoint's name so that not the same clients are the first
        everywhere; it is spread well enough for shares, and takes a microsecond.
        """
        meta = request.META
        if self._meta and self._meta in meta and self._value in ("", meta[self._meta]):
            return True
        if self._places:
            key = endpoint.cohort(request) if endpoint.cohort else None
            if isinstance(key, bool):
                return key
            if place(endpoint.name, client_of(request) if key is None else str(key)) < self._places:
                return True
        return self.needs_user and self._names(request, endpoint)

    def _names(self, request: HttpRequest, endpoint: Endpoint) -> bool:
        user = requester(request, endpoint.view)
        if user is None:
            return False
        if str(user.pk) in self.users:
            return True
        return bool(self.groups) and user.groups.filter(pk__in=self.groups).exists()


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def place(salt: str, client: str) -> int:
    """Where ``client`` stands, the same every time: from 0 to PLACES - 1."""
    return crc32(f"{salt}\n{client}".encode("utf-8", "surrogateescape")) % PLACES


def client_of(request: HttpRequest) -> str:
    """What tells the client from others without asking the database: its credentials, else its address.

    A client that logs in anew may get another place. Who must not, is told apart by a ``cohort=`` of one's own.
    """
    meta = request.META
    return (
        meta.get("HTTP_AUTHORIZATION")
        or request.COOKIES.get(django_settings.SESSION_COOKIE_NAME)
        or meta.get("HTTP_X_FORWARDED_FOR")
        or meta.get("REMOTE_ADDR")
        or ""
    )
