"""The key of a request that may be repeated: what its header says, within whose keys, and for which content."""

import re
from dataclasses import dataclass

from cqrs_write.http.problems import Problem, kinds
from cqrs_write.lock_key import lock_key

HEADER = "Idempotency-Key"
LONGEST = 255

# A String of RFC 9651, whose parameters nothing here uses; or the bare text that most clients send. A comma would join
# two headers, of which there must be one.
QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"(?:\s*;.*)?', re.ASCII)
BARE = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~:/=-]*", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Key:
    """What makes two requests the same one, sent twice."""

    scope: str
    """The actor and the endpoint; nobody else's key is the same."""

    text: str
    fingerprint: str
    """Of the request's content."""

    @property
    def lock(self) -> int:
        """64 bits (signed) that stand for scope and text."""
        return lock_key(f"cqrs idempotency {self.scope}\0{self.text}")


def key_in(header: str) -> str:
    """The key that the header's value says: in double quotes, or bare.

    Raises:
        Problem: 400, if it says none, or one of more than 255 characters.
    """
    value = header.strip()
    if quoted := QUOTED.fullmatch(value):
        text = re.sub(r'\\(["\\])', r"\1", quoted[1])
    elif BARE.fullmatch(value):
        text = value
    else:
        raise malformed('it is no text in double quotes, as "8e03978e-40d5-43e8-bc93-6894a57f9324" is')
    if not text:
        raise malformed("it is empty")
    if len(text) > LONGEST:
        raise malformed(f"it has {len(text)} characters, and may have {LONGEST}")
    return text


def malformed(reason: str) -> Problem:
    return Problem(kinds.KEY_MALFORMED, f"The header is of no use: {reason}. Nothing was executed.")
