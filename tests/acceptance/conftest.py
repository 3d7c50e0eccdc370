"""Fixtures of the acceptance tests: an empty database, processes, and the shop in its own environment."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from legacy_app.servers.lifeline import Lifeline
from tests.conftest import PROCESSES
from tests.processes import Process

from .environment import ROOT, environment
from .monolith import Monolith

SHOP = Path(__file__).with_name("oscar")


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it, gone after the test."""
    if connection.vendor != "postgresql":
        yield f"sqlite:///{tmp_path}/shop.sqlite3"
        return
    name = f"shop_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def start(request: pytest.FixtureRequest) -> Iterator[Callable[..., Process]]:
    """Start a process that ends with the test; its output is in the report of a test that fails."""
    with ExitStack() as stack:
        started = request.node.stash.setdefault(PROCESSES, [])

        def start(*arguments: Any, **options: Any) -> Process:
            started.append(Process(stack.enter_context(Lifeline()), *arguments, **options))
            return started[-1]

        yield start


@pytest.fixture
def shop(database_url: str, start: Callable[..., Process]) -> Monolith:
    """django-oscar with its API, as its makers publish it, on an empty database."""
    return Monolith(
        folder=SHOP,
        python=environment(ROOT / ".venv-oscar", SHOP / "requirements.txt"),
        database_url=database_url,
        settings="shop.settings",
        spawn=start,
    )
