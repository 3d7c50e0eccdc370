"""Real PostgreSQL and Redis servers on loopback, for the demo, the tests and the benchmarks.

``servers()`` takes the ones that ``DATABASE_URL`` and ``REDIS_URL`` name or starts them;
``own_postgresql()`` and ``own_redis()`` always start one, for tests that kill it. What was started is stopped
and its directory removed whatever happens to this process.
"""

from .exceptions import BinaryMissing, PortTaken, ServerError, ServerExited, ServerUnreachable
from .postgresql import PostgreSQL, own_postgresql
from .redis import Redis, own_redis
from .running import Running, database_server, redis_server, servers

__all__ = [
    "BinaryMissing",
    "PortTaken",
    "PostgreSQL",
    "Redis",
    "Running",
    "ServerError",
    "ServerExited",
    "ServerUnreachable",
    "database_server",
    "own_postgresql",
    "own_redis",
    "redis_server",
    "servers",
]
