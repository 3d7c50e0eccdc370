"""With the toolkit installed and every endpoint in legacy, the sample is as without it: every answer, every row.

The same walk through two equal databases, in two processes: with the monolith's own settings, and with those of the
migration. Clock and chance are the walk's (``transparency/clock.py``, ``transparency/chance.py``), so that whole
answers are compared: status, headers, cookies, bodies, mails. What may differ is named in ``ALLOWED``.
"""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection

from .transparency.allowed import HEADERS, Allowed, without_permissions, without_sections
from .transparency.asks import METHODS
from .transparency.comparison import differing_answers, differing_rows, differing_sequences
from .transparency.databases import Databases, databases_in
from .transparency.exchange import Exchange
from .transparency.recording import Recording
from .transparency.sides import Side, recorded

PROGRAM = "tests.integration.legacy_app.transparency.sample"
INSTALLED_APPS = {
    "cqrs_write": "CQRS: what is written",
    "cqrs_read": "CQRS: what is read",
    "cqrs_routing": "CQRS: which side serves",
    "customers_cqrs": "Customers: what moved to CQRS",
    "orders_cqrs": "Orders: what moved to CQRS",
    "rides_cqrs": "Rides: what moved to CQRS",
}
ADDED_PATHS = ("/api/cqrs/commands/{uuid}/", "/api/rides/drivers/positions/")
ADDED_SCHEMAS = ("CommandEntry", "CommandStatus", "Problem", "StateEnum", "rides_cqrs.ReportLocation")


def without_added_paths(body: str) -> str:
    """The API's schema without the URLs of ``urls_cqrs.py``."""
    document = parsed(body)
    for path in ADDED_PATHS:
        document.get("paths", {}).pop(path, None)
    for name in ADDED_SCHEMAS:
        document.get("components", {}).get("schemas", {}).pop(name, None)
    return json.dumps(document, indent=1)


LABELS, NAMES = frozenset(INSTALLED_APPS), frozenset(INSTALLED_APPS.values())
ALLOWED = Allowed(
    apps=LABELS,
    bodies={
        "schema": without_added_paths,
        # A superuser is shown the sections of all apps.
        **{
            f"admin:{name}": without_sections(LABELS)
            for name in ("index", "password_change", "password_change_done", "app_list")
        },
        # Permissions of the installed apps can be given as well.
        "admin:auth_group_add": without_permissions(NAMES),
        "admin:auth_group_change": without_permissions(NAMES),
        "admin:auth_user_change": without_permissions(NAMES),
    },
)
# The whole walk once on each database. Around the views the same is done for the API as for the admin, and nothing of
# it knows the database.
WALKS = [
    pytest.param("wsgi", "all", "", id="wsgi", marks=pytest.mark.postgresql),
    pytest.param("wsgi", "api", "--atomic", id="wsgi with atomic requests", marks=pytest.mark.postgresql),
    pytest.param("asgi", "api", "", id="asgi", marks=pytest.mark.postgresql),
    pytest.param("wsgi", "all", "--atomic", id="wsgi with atomic requests", marks=pytest.mark.sqlite),
    pytest.param("asgi", "api", "--atomic", id="asgi with atomic requests", marks=pytest.mark.sqlite),
]


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    server = os.environ["DATABASE_URL"] if connection.vendor == "postgresql" else ""
    with databases_in(tmp_path_factory.mktemp("databases"), server) as databases:
        yield databases


@pytest.fixture(scope="module")
def sides(databases: Databases) -> list[Side]:
    """The monolith alone, and on a copy of its database the monolith with the toolkit."""
    legacy = Side(python=sys.executable, settings="legacy_app.settings", database=databases.empty())
    legacy.run("-m", PROGRAM, "prepare")
    database = databases.copy(legacy.database)
    installed = Side(python=sys.executable, settings="legacy_app.settings_cqrs", database=database)
    installed.run("manage.py", "migrate", "--verbosity", "0")
    assert "0 out of step" in installed.run("manage.py", "cqrs_capture", "check")
    return [legacy, installed]


@pytest.mark.parametrize(("handler", "part", "option"), WALKS)
def test_the_sample_is_as_without_the_toolkit(
    handler: str, part: str, option: str, databases: Databases, sides: list[Side], tmp_path: Path
) -> None:
    legacy, installed = recorded(databases, tmp_path, sides, PROGRAM, handler, part, *filter(None, [option]))
    assert differing_answers(legacy, installed, ALLOWED) == []
    assert differing_rows(legacy, installed, ALLOWED) == {}
    assert differing_sequences(legacy, installed, ALLOWED) == []

    assert_the_toolkit_was_at_work(installed)
    if part == "all":
        assert_everything_was_asked(legacy)


ANSWER = Exchange(
    asked="somebody: GET /",
    method="GET",
    view="page",
    route="",
    status=200,
    reason="OK",
    headers={"Vary": "Cookie"},
    cookies=["a=1; Path=/"],
    body="text",
    error="",
    mails=[],
)
RECORDED = Recording(
    exchanges=[ANSWER], content={"page": ["{'id': 1}"]}, sequences={"page_id_seq": 1}, routes={}, modes={}
)


@pytest.mark.parametrize(
    "change",
    [
        {"status": 203},
        {"reason": "Okay"},
        {"headers": {"Vary": "Cookie", "X": "1"}},
        {"headers": {"Vary": "Cookie", "traceparent": "nonsense"}},
        {"headers": {}},
        {"cookies": ["a=1; Path=/; Secure"]},
        {"body": "text "},
        {"mails": ["one"]},
    ],
    ids=str,
)
def test_any_difference_of_an_answer_is_told(change: dict[str, Any]) -> None:
    changed = replace(RECORDED, exchanges=[replace(ANSWER, **change)])
    assert len(differing_answers(RECORDED, changed, ALLOWED)) == 1


def test_rows_that_are_added_changed_or_gone_are_told() -> None:
    for rows in (["{'id': 1}", "{'id': 2}"], ["{'id': 3}"], [], ["{'id': 1}", "{'id': 1}"]):
        assert differing_rows(RECORDED, replace(RECORDED, content={"page": rows}), ALLOWED)
    assert differing_sequences(RECORDED, replace(RECORDED, sequences={"page_id_seq": 2}), ALLOWED)


def assert_the_toolkit_was_at_work(installed: Recording) -> None:
    """It traced every answer, had every endpoint in legacy, and its triggers logged what was written."""
    assert all(HEADERS.keys() <= exchange.headers.keys() for exchange in installed.exchanges)
    assert set(installed.modes.values()) == {"legacy"}
    assert installed.content["cqrs_change_log"]
    assert installed.content["cqrs_traffic"]


def assert_everything_was_asked(recording: Recording) -> None:
    """Each URL pattern; of the API each view by each method, of the admin by GET and POST."""
    assert set(recording.routes) - {exchange.route for exchange in recording.exchanges} == set()
    asked = {(exchange.view, exchange.method) for exchange in recording.exchanges}
    wanted = {(view, method) for view in recording.routes.values() for method in methods_of(view)}
    assert wanted - asked == set()
    statuses = {exchange.status for exchange in recording.exchanges}
    assert statuses >= {200, 201, 204, 301, 302, 304, 400, 401, 403, 404, 405, 406, 409, 415, 429, 500}


def methods_of(view: str) -> tuple[str, ...]:
    return ("GET", "POST") if view.startswith("admin:") else METHODS


def parsed(text: str) -> dict[str, Any]:
    """A schema, in either format; nothing where there is none."""
    document = yaml.load(text, yaml.CSafeLoader)
    return document if isinstance(document, dict) else {}
