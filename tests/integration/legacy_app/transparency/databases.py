"""Databases of a test's own: empty ones, and copies that are equal to the last row."""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


@dataclass(frozen=True, kw_only=True)
class Databases:
    """``server`` is the address of a PostgreSQL; without one they are SQLite files in ``folder``."""

    folder: Path
    server: str = ""
    made: list[str] = field(default_factory=list)

    def empty(self) -> str:
        """The address of a new database."""
        return self.create("template1") if self.server else f"sqlite:///{self.folder / self.name()}.sqlite3"

    def copy(self, address: str) -> str:
        """The address of a copy, while nobody is connected to the original."""
        if self.server:
            return self.create(urlsplit(address).path[1:])
        copied = self.empty()
        with (
            closing(sqlite3.connect(file_of(address))) as origin,
            closing(sqlite3.connect(file_of(copied))) as to,
        ):
            origin.backup(to)
        return copied

    def create(self, template: str) -> str:
        name = self.name()
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        self.made.append(name)
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))

    def drop_all(self) -> None:
        for name in self.made:
            self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement)

    @staticmethod
    def name() -> str:
        return f"transparency_{uuid.uuid4().hex[:12]}"


@contextmanager
def databases_in(folder: Path, server: str = "") -> Iterator[Databases]:
    """They are gone after the block."""
    databases = Databases(folder=folder, server=server)
    try:
        yield databases
    finally:
        databases.drop_all()


def file_of(address: str) -> str:
    return address.removeprefix("sqlite:///")
