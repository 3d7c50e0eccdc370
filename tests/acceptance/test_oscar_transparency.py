"""With the toolkit installed and every endpoint in legacy, a shop that others wrote is as without it.

The walk of ``oscar/transparency`` through two equal databases, recorded and compared as that through the sample: see
``tests/integration/legacy_app/test_transparency.py``. With the toolkit every view of the shop is declared an endpoint.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection

from tests.integration.legacy_app.transparency.allowed import HEADERS, Allowed
from tests.integration.legacy_app.transparency.comparison import (
    differing_answers,
    differing_rows,
    differing_sequences,
)
from tests.integration.legacy_app.transparency.databases import Databases, databases_in
from tests.integration.legacy_app.transparency.recording import Recording
from tests.integration.legacy_app.transparency.sides import Side, recorded

from .conftest import SHOP
from .environment import ROOT, environment

PROGRAM = "transparency.shop"
ALLOWED = Allowed(apps=frozenset({"cqrs_write", "cqrs_read", "cqrs_routing", "shop_cqrs"}), bodies={})


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Databases]:
    server = os.environ["DATABASE_URL"] if connection.vendor == "postgresql" else ""
    with databases_in(tmp_path, server) as databases:
        yield databases


@pytest.fixture
def sides(databases: Databases) -> list[Side]:
    """The shop alone, and on a copy of its database the shop with the toolkit."""
    python = str(environment(ROOT / ".venv-oscar", SHOP / "requirements.txt"))
    alone = Side(python=python, settings="shop.settings", database=databases.empty(), folder=SHOP)
    alone.run("-m", PROGRAM, "prepare", "40", "30")
    installed = replace(alone, settings="shop_cqrs.settings", database=databases.copy(alone.database))
    installed.run("manage.py", "migrate", "--verbosity", "0")
    assert "0 out of step" in installed.run("manage.py", "cqrs_capture", "check")
    return [alone, installed]


@pytest.mark.long("sqlite")
def test_the_shop_is_as_without_the_toolkit(databases: Databases, sides: list[Side], tmp_path: Path) -> None:
    alone, installed = recorded(databases, tmp_path, sides, PROGRAM, "wsgi")
    assert differing_answers(alone, installed, ALLOWED) == []
    assert differing_rows(alone, installed, ALLOWED) == {}
    assert differing_sequences(alone, installed, ALLOWED) == []

    assert_the_toolkit_was_at_work(installed)
    statuses = {exchange.status for exchange in alone.exchanges}
    assert statuses >= {200, 204, 301, 302, 401, 403, 404, 405, 406, 500}
    written = {"order_order", "basket_line", "voucher_voucherapplication", "address_useraddress"}
    assert all(alone.content[table] for table in written)


def assert_the_toolkit_was_at_work(installed: Recording) -> None:
    """It traced every answer, had every endpoint in legacy, and its triggers logged what was written."""
    assert all(HEADERS.keys() <= exchange.headers.keys() for exchange in installed.exchanges)
    assert set(installed.modes.values()) == {"legacy"}
    assert installed.content["cqrs_change_log"]
    assert installed.content["cqrs_traffic"]
