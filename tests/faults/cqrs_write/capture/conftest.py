"""The small shop of the integration tests."""

from tests.integration.cqrs_read.conftest import _ask_again, filled, shop

__all__ = ["_ask_again", "filled", "shop"]
