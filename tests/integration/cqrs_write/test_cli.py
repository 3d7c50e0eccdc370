"""The one line that a command ends with when the database refuses something."""

import os
import signal
from argparse import ArgumentParser
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cqrs_write.cli import ServiceCommand

pytestmark = pytest.mark.django_db


class Ask(ServiceCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sql")

    def serve(self, *args: Any, **options: Any) -> None:
        if options["sql"] == "Ctrl-C":
            os.kill(os.getpid(), signal.SIGINT)
        with connection.cursor() as cursor:
            cursor.execute(options["sql"])


def complaint(sql: str) -> str:
    with pytest.raises(CommandError) as error:
        call_command(Ask(), sql)
    assert error.value.returncode == 2
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("sql", ["SELECT * FROM nowhere", "SELECT missing FROM orders_order"])
def test_what_is_not_migrated_says_so(sql: str) -> None:
    assert complaint(sql).endswith("Run: manage.py migrate")


@pytest.mark.postgresql
def test_an_operator_that_does_not_exist_is_not_mended_by_migrating() -> None:
    message = complaint("SELECT 1 = 'a'::text")
    assert "operator does not exist" in message
    assert "migrate" not in message


@pytest.mark.sqlite
def test_a_function_that_does_not_exist_is_not_mended_by_migrating() -> None:
    message = complaint("SELECT nothing_of_the_kind(1)")
    assert "no such function" in message
    assert "migrate" not in message


def test_nothing_but_what_is_wrong_is_told_of_a_statement() -> None:
    assert (
        complaint("SELECT * FROM nowhere")
        == {
            "postgresql": 'Database: relation "nowhere" does not exist. Run: manage.py migrate',
            "sqlite": "Database: no such table: nowhere. Run: manage.py migrate",
        }[connection.vendor]
    )


def test_ctrl_c_is_one_line() -> None:
    with pytest.raises(CommandError, match=r"^Stopped by Ctrl-C\.$") as error:
        call_command(Ask(), "Ctrl-C")
    assert error.value.returncode == 130
