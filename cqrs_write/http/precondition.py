"""If-Match (RFC 9110, 13.1.1): a command is executed only upon the state that its client has seen."""

from django.utils.http import parse_etags, quote_etag

from cqrs_write.http.problems import Problem, kinds

WEAK = "W/"


def check(if_match: str, etag: str | None) -> None:
    """Refuse unless ``etag`` is one of those in the header ``if_match``.

    The comparison is strong: a weak tag, on either side, is like no other. ``*`` asks only that there be something.

    Args:
        if_match: the header's value.
        etag: of what is there now, with or without its quotes; None if nothing is.

    Raises:
        Problem: 412.
    """
    given = parse_etags(if_match)
    if etag is not None:
        current = quote_etag(etag)
        if given == ["*"] or (current in given and not current.startswith(WEAK)):
            return
    raise Problem(
        kinds.PRECONDITION_FAILED,
        "It was changed since, or is gone. Read it again, and decide anew whether the command is still wanted.",
    )
