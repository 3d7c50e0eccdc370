"""Following, where the database is not what it should be."""

from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection

from cqrs_read.refresh.follow import follow
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary

pytestmark = pytest.mark.django_db(transaction=True)

FOLLOWER = ("manage.py", "cqrs_refresh", "--follow")


def test_an_empty_file_is_no_database_to_wait_for(spawn: Any, tmp_path: Path) -> None:
    follower = spawn(*FOLLOWER, environment={"DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}"})
    assert follower.wait(60) == 2
    assert "Run: manage.py migrate" in follower.output


@pytest.mark.postgresql
def test_nor_is_an_empty_postgresql(spawn: Any, own_postgresql: Any) -> None:
    follower = spawn(*FOLLOWER, environment={"DATABASE_URL": own_postgresql.url})
    assert follower.wait(60) == 2
    assert "Run: manage.py migrate" in follower.output


def test_a_table_of_ours_that_goes_ends_it(filled: list[Order]) -> None:
    steps = iter(range(3))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cqrs_backlog RENAME TO cqrs_backlog_gone")
        try:
            with pytest.raises(DatabaseError, match="cqrs_backlog"):
                follow([OrderSummary], interval=0, stopped=lambda: next(steps, None) is None)
        finally:
            cursor.execute("ALTER TABLE cqrs_backlog_gone RENAME TO cqrs_backlog")


def test_a_busy_follower_lets_a_few_changes_gather(
    filled: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From one pass to the next it takes the interval, however short the pass: never longer, never without a wait."""
    interval, waits, steps = 3600.0, list[float](), iter(range(3))
    monkeypatch.setattr("cqrs_read.refresh.follow.time.sleep", waits.append)
    Order.objects.update(note="changed")
    follow([OrderSummary], interval=interval, stopped=lambda: next(steps, None) is None)
    busy, *idle = waits
    assert 0 < busy < interval
    assert set(idle) == {interval}
