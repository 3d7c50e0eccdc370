"""The Prefer header (RFC 7240): what a client would like, if it can be had."""

import re

# One preference: a token, perhaps a value, perhaps parameters, which nothing here uses. Nothing gives back what it has
# taken, so that a long header costs no more than its length.
PREFERENCE = re.compile(
    r"""\s*+([!#$%&'*+.^_`|~\w-]++) \s*+ (?: = \s*+ ("(?:[^"\\]|\\.)*+" | [^\s,;]*+) )?+ \s*+(?: ;[^,]*+ )?+ (?:,|$)""",
    re.VERBOSE | re.ASCII,
)

APPLIED = "Preference-Applied"
"""The header that tells what was honoured: ``wait`` by an answer that came in time, ``respond-async`` by a 202."""

ASYNC = "respond-async"


def preferences(header: str) -> dict[str, str]:
    """The preferences of a header, lower-case name to value; of one given twice the first counts."""
    found: dict[str, str] = {}
    for match in PREFERENCE.finditer(header):
        found.setdefault(match[1].lower(), (match[2] or "").strip('"'))
    return found


def wants_async(header: str) -> bool:
    return ASYNC in preferences(header)


def wait_seconds(header: str, most: float) -> float:
    """For how many seconds the client would wait for an accepted command's answer, ``most`` at most; 0 for not at all.

    Only beside ``respond-async``: who does not send that has the command executed within the request.
    """
    found = preferences(header)
    wait = found.get("wait", "")
    if ASYNC not in found or not (wait.isascii() and wait.isdigit()):
        return 0.0
    return min(float(wait[:9]), most)
