"""The database as others see it."""

import pytest

from .outside import Elsewhere


@pytest.fixture
def elsewhere():
    """Another thread of this process, with connections of its own."""
    somebody = Elsewhere()
    yield somebody
    somebody.close()
