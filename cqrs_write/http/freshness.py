"""The freshness token: what a client brings to a read that must not show less than it has seen."""

from cqrs_write import changelog


def token(using: str) -> str | None:
    """The position that has seen everything committed by now, with the database that it belongs to.

    ``<origin>@<position>``, as :mod:`cqrs_write.changelog` has both: of two of the same origin the read side can
    tell which covers the other. None on an alias without a change log.
    """
    if not changelog.exists(using):
        return None
    position = changelog.now(using)
    return f"{changelog.source(using).origin}@{position}"
