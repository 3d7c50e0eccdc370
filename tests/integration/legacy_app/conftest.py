"""One seeded shop for all tests of a module: each begins with it as it was."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from cqrs_read.testing import refresh_now

Shop = Callable[[float], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def shop(django_db_setup: None, django_db_blocker: Any) -> Shop:
    """A shop of the given scale, with its read models filled; it is gone after the block.

    What a test does is undone by the test's own transaction, which is a savepoint within that of the block.
    """

    @contextmanager
    def seeded(scale: float) -> Iterator[None]:
        with django_db_blocker.unblock(), transaction.atomic():
            call_command("seed_legacy", "--scale", str(scale), verbosity=0)
            refresh_now()
            yield
            transaction.set_rollback(True)

    return seeded
