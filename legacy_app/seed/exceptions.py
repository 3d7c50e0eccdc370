"""Errors of the seed."""


class SeedError(Exception):
    """The database cannot be seeded."""


class NotEmpty(SeedError):
    """The database already holds data."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The database already has {what}; --flush empties it first.")


class BadOption(SeedError):
    """An option's value cannot be used."""
