"""The servers of a test run: one database and one Redis, started before Django reads its settings.

Loaded with ``-p``, since pytest-django sets Django up before any conftest is imported. Workers of a parallel
run inherit the addresses through the environment; each has a test database and a Redis database of its own.
"""

import os
import signal
from collections.abc import Generator
from contextlib import ExitStack
from urllib.parse import urlsplit, urlunsplit

import pytest

SETTINGS = "DJANGO_SETTINGS_MODULE"
# Tells the workers whether tests may empty the Redis that they find keys in.
OWN_REDIS = "TESTS_OWN_REDIS"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("servers").addoption(
        "--database",
        choices=("postgresql", "sqlite"),
        default="postgresql",
        help="The database under the tests. Default: postgresql.",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    # What a background job ignores, every process that a test starts would ignore too; handlers are not inherited.
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda number, frame: None)
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        _start(early_config)
    else:
        number = int(worker.removeprefix("gw")) + 1
        os.environ["REDIS_URL"] = with_redis_database(os.environ["REDIS_URL"], number)
    yield


def _start(config: pytest.Config) -> None:
    # Importing the sample names its settings for Celery, which pytest-django would prefer to its own option.
    before = os.environ.get(SETTINGS)
    from legacy_app.servers import ServerError, database_server, redis_server

    if before is None:
        os.environ.pop(SETTINGS, None)

    stack = ExitStack()
    config.add_cleanup(stack.close)
    os.environ[OWN_REDIS] = "" if os.environ.get("REDIS_URL") else "1"
    try:
        os.environ["REDIS_URL"] = stack.enter_context(redis_server())
        if config.known_args_namespace.database == "sqlite":
            os.environ.pop("DATABASE_URL", None)
        else:
            os.environ["DATABASE_URL"] = _postgresql_only(stack.enter_context(database_server()))
    except ServerError as error:
        raise pytest.UsageError(str(error)) from error


def _postgresql_only(url: str) -> str:
    if not url.startswith(("postgres://", "postgresql://")):
        raise pytest.UsageError(
            f"DATABASE_URL={url} is no PostgreSQL: unset it, or run the tests with --database sqlite"
        )
    return url


def with_redis_database(url: str, number: int) -> str:
    """The address of another numbered database on the same Redis."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{number}"))
