"""The database of another alias, as the store's tests have it."""

from tests.integration.cqrs_read.store.test_other_alias import elsewhere, filled_there

__all__ = ["elsewhere", "filled_there"]
