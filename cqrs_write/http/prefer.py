"""The Prefer header (RFC 7240): what a client would like, if it can be had."""

import re

# One preference: a token, perhaps a value, perhaps parameters, which nothing here uses.
PREFERENCE = re.compile(
    r"""\s*([!#$%&'*+.^_`|~\w-]+) \s* (?: = \s* ("(?:[^"\\]|\\.)*" | [^\s,;]*) )? \s*(?: ;[^,]* )? (?:,|$)""",
    re.VERBOSE,
)


def preferences(header: str) -> dict[str, str]:
    """The preferences of a header, lower-case name to value; of one given twice the first counts."""
    found: dict[str, str] = {}
    for match in PREFERENCE.finditer(header):
        found.setdefault(match[1].lower(), (match[2] or "").strip('"'))
    return found


def wants_async(header: str) -> bool:
    return "respond-async" in preferences(header)
