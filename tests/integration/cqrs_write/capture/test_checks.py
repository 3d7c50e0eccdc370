"""``manage.py check --database default`` reports drift; ``migrate`` is never kept from mending it."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import override_settings

from cqrs_write.capture.drift import drift
from cqrs_write.capture.install import install, remove
from tests.integration.cqrs_write.capture.conftest import execute

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _installed_afterwards() -> Iterator[None]:
    yield
    install("default")


def found(number: str, databases: list[str] | None = None) -> list[CheckMessage]:
    messages = run_checks(databases=["default"] if databases is None else databases)
    return [message for message in messages if message.id == f"cqrs_write.{number}"]


def test_all_is_well() -> None:
    assert found("E008") == found("W002") == []


def test_e008_missing_triggers() -> None:
    remove("default")
    messages = found("E008")
    assert "default: orders_order: triggers missing." in {message.msg for message in messages}
    assert {message.hint for message in messages} == {"Run: manage.py cqrs_capture install"}
    with pytest.raises(SystemCheckError, match=r"cqrs_write\.E008"):
        call_command("check", databases=["default"])


@pytest.mark.postgresql
def test_e008_a_disabled_trigger_is_an_error() -> None:
    execute("ALTER TABLE orders_order DISABLE TRIGGER cqrs_capture_update")
    (message,) = found("E008")
    assert message.msg == "default: orders_order: triggers disabled."


def test_e008_a_view_has_another_remedy(watch: Any) -> None:
    execute("CREATE VIEW cap_view AS SELECT id FROM orders_order")
    with pytest.raises(Exception, match="cap_view"):
        watch("cap_view", "id")
    (message,) = found("E008")
    assert "declare the read model over the tables behind it" in message.msg
    assert message.hint is None
    execute("DROP VIEW cap_view")


def test_w002_triggers_that_nobody_needs(watch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    watch("customers_note", "id", columns="text")
    assert found("W002") == []
    monkeypatch.undo()
    (message,) = found("W002")
    assert message.msg == "default: customers_note: triggers surplus."


def test_only_the_databases_that_are_asked_for_are_looked_at() -> None:
    remove("default")
    assert [message for message in run_checks() if (message.id or "") == "cqrs_write.E008"] == []
    assert found("E008", []) == []


@override_settings(CQRS_WRITE={"CAPTURE": False})
def test_nothing_is_checked_where_capture_is_switched_off() -> None:
    remove("default")
    assert found("E008") == []


def test_migrate_is_not_kept_from_installing() -> None:
    remove("default")
    printed = StringIO()
    call_command("migrate", verbosity=0, skip_checks=False, stdout=printed, stderr=printed)
    assert "cqrs_write.E008" not in printed.getvalue()
    assert drift("default") == []
