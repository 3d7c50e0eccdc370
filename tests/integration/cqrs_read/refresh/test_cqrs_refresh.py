"""``cqrs_refresh``: what it does with read models that have no table, and with numbers out of range."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cqrs_read.management.commands import cqrs_refresh
from legacy_app.orders.models import Order
from tests.conftest import Spawn

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "orders_cqrs.OrderSummary"


def call(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("cqrs_refresh", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def without_a_table(filled: list[Order]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE customers_cqrs_customercard RENAME TO away")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE away RENAME TO customers_cqrs_customercard")


def test_one_without_a_table_does_not_keep_the_others_waiting(without_a_table: None) -> None:
    Order.objects.update(note="changed")
    out, err = call()
    assert f"{NAME}: 5 keys, 4 rows written" in out
    assert "customers_cqrs.CustomerCard has no table" in err
    assert "customers_cqrs.CustomerCard" not in out


@pytest.mark.parametrize("command", ["cqrs_verify", "cqrs_rebuild", "cqrs_backfill"])
def test_other_commands_ask_for_migrate_too(without_a_table: None, command: str) -> None:
    with pytest.raises(CommandError, match=r"has no table .+ Run: manage\.py migrate") as error:
        call_command(command, "customers_cqrs.CustomerCard", stdout=StringIO(), stderr=StringIO())
    assert error.value.returncode == 2


def test_a_project_without_read_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cqrs_refresh, "read_models", list)
    with pytest.raises(CommandError, match="There is no read model at all") as error:
        call()
    assert error.value.returncode == 2


def test_one_without_a_table_that_is_named_is_refused(without_a_table: None) -> None:
    with pytest.raises(CommandError, match=r"has no table .+ Run: manage\.py migrate") as error:
        call("customers_cqrs.CustomerCard")
    assert error.value.returncode == 2


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--interval", "-1"), "argument --interval: '-1' is no number of seconds from 0 to 3600"),
        (("--interval", "nan"), "argument --interval: 'nan' is no number of seconds"),
        (("--interval", "soon"), "argument --interval: 'soon' is no number of seconds"),
        (("--jobs", "0"), "argument --jobs: '0' is no whole number from 1 to 100"),
        (("--jobs", "1.5"), "argument --jobs: '1.5' is no whole number"),
        (("--jobs", "101"), "argument --jobs: '101' is no whole number from 1 to 100"),
        (("ordersummary",), "Did you mean orders_cqrs.OrderSummary?"),
    ],
)
def test_a_mistake_ends_with_one_line(arguments: tuple[str, ...], problem: str) -> None:
    with pytest.raises(CommandError) as error:
        call(*arguments)
    assert problem in str(error.value)
    assert error.value.returncode == 2


def test_on_a_terminal_it_is_one_line_too(spawn: Spawn) -> None:
    process = spawn("manage.py", "cqrs_refresh", "--jobs=-3")
    assert process.wait() == 2
    line = "manage.py cqrs_refresh: argument --jobs: '-3' is no whole number from 1 to 100. See --help.\n"
    assert process.output == line
