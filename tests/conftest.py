"""Fixtures for every test: the test database, an empty Redis, servers and processes of a test's own."""

import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from django.db import connections

from legacy_app.servers import PostgreSQL, Redis
from legacy_app.servers import own_postgresql as start_postgresql
from legacy_app.servers import own_redis as start_redis
from legacy_app.servers.lifeline import Lifeline

from .plugins.servers import OWN_REDIS
from .processes import Process

Spawn = Callable[..., Process]
PROCESSES = pytest.StashKey[list[Process]]()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite's test database is a file, which several connections and processes can open."""
    for connection in connections.all(initialized_only=False):
        if connection.vendor == "sqlite":
            folder = tmp_path_factory.mktemp("database")
            connection.settings_dict["TEST"]["NAME"] = str(folder / f"{connection.alias}.sqlite3")


@pytest.fixture
def test_environment(django_db_setup: None) -> dict[str, str]:
    """The environment in which a subprocess works on the test database and this worker's Redis."""
    settings = connections["default"].settings_dict
    if connections["default"].vendor == "sqlite":
        url = f"sqlite:///{settings['NAME']}"
    else:
        url = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{settings['NAME']}"))
    return os.environ | {"DATABASE_URL": url, "PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="session")
def redis_client() -> Iterator[redis.Redis]:
    """A client of this worker's Redis database, which is empty when a test begins."""
    with redis.from_url(os.environ["REDIS_URL"]) as client:
        if not os.environ[OWN_REDIS] and client.dbsize():
            pytest.exit("REDIS_URL names a database with keys, and tests empty it: name an empty one", 4)
        yield client
        client.flushdb()


@pytest.fixture(autouse=True)
def _empty_redis(redis_client: redis.Redis) -> None:
    redis_client.flushdb()


@pytest.fixture
def own_postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL for one test, which may kill it."""
    with start_postgresql() as server:
        yield server


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    """A Redis for one test, which may kill it."""
    with start_redis() as server:
        yield server


@pytest.fixture
def spawn(test_environment: dict[str, str], request: pytest.FixtureRequest) -> Iterator[Spawn]:
    """Start ``python`` with the given arguments; ``environment`` adds to the subprocess's variables.

    The process works on the test database, so the test needs ``django_db(transaction=True)`` for what it
    wrote to be seen. Its output is in the report of a test that fails.
    """
    with ExitStack() as stack:
        started = request.node.stash.setdefault(PROCESSES, [])

        def start(*arguments: str, environment: dict[str, str] | None = None) -> Process:
            lifeline = stack.enter_context(Lifeline())
            process = Process(lifeline, [sys.executable, *arguments], test_environment | (environment or {}))
            started.append(process)
            return process

        yield start


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and report.failed:
        for process in item.stash.get(PROCESSES, []):
            report.sections.append((f"output of {process} (exit code {process.exit_code})", process.output))
    return report
