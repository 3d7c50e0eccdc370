"""Generated columns are watched like any other: what they are computed from decides."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from cqrs_write.exceptions import CaptureError
from tests.integration.cqrs_write.capture.conftest import execute

pytestmark = pytest.mark.django_db(transaction=True)


def kinds() -> list[str]:
    """STORED everywhere; VIRTUAL where the database has it."""
    return ["STORED", "VIRTUAL"] if _has_virtual() else ["STORED"]


def _has_virtual() -> bool:
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) >= 180000


def test_a_change_of_what_it_is_computed_from(watch: Callable[..., None], logged: Any) -> None:
    for kind in kinds():
        execute(
            f"CREATE TABLE cap_sum (id integer PRIMARY KEY, a integer, b integer, "
            f"total integer GENERATED ALWAYS AS (a + b) {kind})"
        )
        watch("cap_sum", "id", columns="total")
        execute("INSERT INTO cap_sum (id, a, b) VALUES (1, 1, 1), (2, 2, 2)")
        with logged() as log:
            execute("UPDATE cap_sum SET a = 5 WHERE id = 2")
        assert log["cap_sum.id"] == {2}, kind
        with logged() as log:
            execute("UPDATE cap_sum SET a = a - 1, b = b + 1")
        assert log["cap_sum.id"] <= {1, 2}, kind
        with logged() as log:
            execute("UPDATE cap_sum SET a = a + 1")
        assert log["cap_sum.id"] == {1, 2}, kind
        execute("DROP TABLE cap_sum")


@pytest.mark.postgresql
def test_a_virtual_one_is_no_key(watch: Callable[..., None]) -> None:
    for kind in kinds():
        execute(
            f"CREATE TABLE cap_sum (id integer PRIMARY KEY, half integer GENERATED ALWAYS AS (id / 2) {kind})"
        )
        if kind == "VIRTUAL":
            with pytest.raises(CaptureError, match="cap_sum has a key that a trigger cannot report"):
                watch("cap_sum", "half")
        else:
            watch("cap_sum", "half")
        execute("DROP TABLE cap_sum")
