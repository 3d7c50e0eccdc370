"""Servers that run: those that the environment names, else ones started for the occasion."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis

from .exceptions import ServerUnreachable
from .postgresql import own_postgresql
from .redis import own_redis

ANSWER_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Running:
    """The addresses of a database and a Redis that answer."""

    database_url: str
    redis_url: str

    def environment(self) -> dict[str, str]:
        """This process's environment with both addresses in it, for a subprocess."""
        return os.environ | {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


@contextmanager
def servers(*, durable: bool = False) -> Iterator[Running]:
    """A database and a Redis for the length of the block.

    ``DATABASE_URL`` and ``REDIS_URL`` name servers that run already: these are used and left alone.

    Args:
        durable: Whether the servers that are started here keep acknowledged writes through a crash of the
            machine. Measurements want that, tests and demos want speed.

    Raises:
        ServerError: A server cannot be found, started or reached; the message is one line.
    """
    with redis_server(durable=durable) as redis_url, database_server(durable=durable) as database_url:
        yield Running(database_url=database_url, redis_url=redis_url)


@contextmanager
def database_server(*, durable: bool = False) -> Iterator[str]:
    """The address of the database in ``DATABASE_URL``, else of a PostgreSQL started for the block."""
    named = os.environ.get("DATABASE_URL")
    if named:
        _check_database(named)
        yield named
        return
    with own_postgresql(durable=durable) as server:
        yield server.url


@contextmanager
def redis_server(*, durable: bool = False) -> Iterator[str]:
    """The address of the Redis in ``REDIS_URL``, else of one started for the block."""
    named = os.environ.get("REDIS_URL")
    if named:
        _check_redis(named)
        yield named
        return
    with own_redis(durable=durable) as server:
        yield server.url


def _check_database(url: str) -> None:
    if not url.startswith(("postgres://", "postgresql://")):
        return  # SQLite is a file, there is nothing to reach.
    try:
        psycopg.connect(url, connect_timeout=ANSWER_SECONDS).close()
    except psycopg.Error as error:
        raise _unreachable("DATABASE_URL", url, error) from error


def _check_redis(url: str) -> None:
    try:
        with redis.from_url(
            url, socket_connect_timeout=ANSWER_SECONDS, socket_timeout=ANSWER_SECONDS
        ) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise _unreachable("REDIS_URL", url, error) from error


def _unreachable(variable: str, url: str, error: Exception) -> ServerUnreachable:
    reason = " ".join(str(error).split())
    return ServerUnreachable(
        f"{variable}={without_password(url)} does not answer ({reason}): start that server, "
        f"or unset {variable} to have one started"
    )


def without_password(url: str) -> str:
    """The address with its password hidden, for messages."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@")))
