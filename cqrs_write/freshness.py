"""The freshness token: what a writer gets back; a read that carries it never sees older data.

It has a number for each database with a change log, and covers every change below it: by transaction on PostgreSQL,
by log row on SQLite. Clients keep it and pass it on; they can neither make one nor make anything of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

from django.core.signing import BadSignature, Signer, b62_decode, b62_encode

from cqrs_write.aside import asking
from cqrs_write.backends import load
from cqrs_write.conf import settings

SALT = "cqrs.freshness"

LONGEST = 500
"""Characters of a token that is worth reading."""

MOST = 8
"""Databases of a token: beyond, those of the longest past are dropped."""

NAME = 8
"""Characters that a database is named by."""


@dataclass(frozen=True, kw_only=True)
class Token:
    """The numbers of a freshness token, by the short name of the database; the newest come first."""

    numbers: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.numbers)

    def __or__(self, older: "Token") -> "Token":
        """What covers the changes of both."""
        numbers = {**self.numbers}
        for name, number in older.numbers.items():
            numbers[name] = max(number, numbers.get(name, 0))
        return Token(numbers=dict(list(numbers.items())[:MOST]))

    def covers(self, other: "Token") -> bool:
        """Whether every change that ``other`` covers is covered."""
        return all(self.numbers.get(name, 0) >= number for name, number in other.numbers.items())

    def number(self, using: str, origin: str) -> int | None:
        """The number for the alias ``using`` while it is the database ``origin``; None if it says nothing about it."""
        return self.numbers.get(short_name(using, origin))

    def __str__(self) -> str:
        """As clients get it, signed."""
        parts = (f"{name}{b62_encode(number)}" for name, number in self.numbers.items())
        return Signer(salt=SALT).sign(".".join(parts))


def mark(aliases: Iterable[str] | None = None) -> Token:
    """The token of everything that is committed by now, and of what the open transaction has written.

    One round trip for each alias, on its connection. A standby, which may be behind, is left out.

    Args:
        aliases: those of ``CQRS_WRITE["DATABASES"]`` if not given.
    """
    numbers: dict[str, int] = {}
    for using in settings().databases if aliases is None else aliases:
        backend = load("cqrs_write", "freshness", using)
        with asking(using) as cursor:
            if marked := backend.mark(cursor):
                origin, number = marked
                numbers[short_name(using, origin)] = number
    return Token(numbers=numbers)


def token(using: str | None = None) -> str | None:
    """What a client is to bring to reads that must show everything that is written by now; None on a standby.

    Args:
        using: an alias; all of ``CQRS_WRITE["DATABASES"]`` if not given.
    """
    marked = mark(None if using is None else [using])
    return str(marked) if marked else None


def read(text: str) -> Token | None:
    """The token that a client has brought; None if it is none of this project's."""
    if (token := unverified(text)) is None:
        return None
    try:
        Signer(salt=SALT).unsign(text)
    except BadSignature:
        return None
    return token


def unverified(text: str) -> Token | None:
    """What a token says, whoever has signed it; None if it is none. Needs no settings."""
    if len(text) > LONGEST or not text.isascii():
        return None
    payload, _, _ = text.partition(":")
    try:
        parts = [(part[:NAME], b62_decode(part[NAME:])) for part in payload.split(".")]
    except (ValueError, IndexError):
        return None
    return Token(numbers=dict(parts)) if all(len(name) == NAME for name, _ in parts) else None


@lru_cache(maxsize=64)
def short_name(using: str, origin: str) -> str:
    """What a token calls the database ``origin`` under the alias ``using``."""
    return blake2b(f"{using} {origin}".encode(), digest_size=NAME // 2).hexdigest()


# What a position has seen, and what lies beyond.


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One who reads the change log: its position, and the streams with the number below which it is to have read.

    No number stands for everything that is visible.
    """

    position: str
    streams: tuple[tuple[tuple[str, ...], int | None], ...]


@dataclass(frozen=True, kw_only=True)
class Unread:
    """What a look at the change log has found.

    ``number`` is that of everything visible; ``until`` the position that has seen it. ``unread`` and ``trimmed`` say
    of each reader whether there is something for it, or may have been.
    """

    origin: str
    lost: int
    number: int
    until: str
    unread: tuple[bool, ...]
    trimmed: tuple[bool, ...]


def has_seen(using: str, position: str, number: int) -> bool:
    """Whether a position has seen every change below ``number``. Asks no database."""
    return bool(load("cqrs_write", "freshness", using).has_seen(position, number))


def bounded(using: str, position: str, number: int) -> str:
    """A position that has seen what ``position`` has of the changes below ``number``, and none above."""
    return str(load("cqrs_write", "freshness", using).bounded(position, number))


def unread(using: str, readers: Iterable[Reader]) -> Unread:
    """What ``readers`` have not read of the change log, in one round trip. Never ask a standby."""
    with asking(using) as cursor:
        found = load("cqrs_write", "freshness", using).unread(cursor, list(readers))
    origin, lost, number, until, those, trimmed = found
    return Unread(
        origin=origin, lost=lost, number=number, until=until, unread=tuple(those), trimmed=tuple(trimmed)
    )
