"""What a reader of the guides has: a shell in an empty folder, and a new database."""

import os
import sys
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from psycopg import sql

# The reader's commands know nothing of this run: neither its settings nor its measuring nor its Python options.
OF_THIS_RUN = (
    "PYTEST_",
    "COVERAGE_",
    "DATABASE_URL",
    "TESTS_",
    "DJANGO_SETTINGS_MODULE",
    "CELERY_",
    "PYTHON",
)


@pytest.fixture
def environment(postgresql_database, tmp_path_factory):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OF_THIS_RUN)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    # Some thirty Pythons start: bytecode is kept even where the run's own Python keeps none.
    cache = {"PYTHONPYCACHEPREFIX": str(tmp_path_factory.mktemp("bytecode")), "PYTHONUNBUFFERED": "1"}
    return kept | postgresql_database | cache | {"PATH": path, "COLUMNS": "120"}


@pytest.fixture
def postgresql_database():
    """A new database on the run's server, as libpq's variables name it; nothing on SQLite."""
    if connection.vendor != "postgresql":
        yield {}
        return
    url = urlsplit(os.environ["DATABASE_URL"])
    name = f"books_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        variables = {
            "PGHOST": url.hostname,
            "PGPORT": url.port,
            "PGUSER": url.username,
            "PGPASSWORD": url.password,
        }
        yield {key: str(value) for key, value in variables.items() if value} | {"PGDATABASE": name}
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
