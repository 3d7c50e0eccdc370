"""Commands of redis-py: those that only read are sent, others refused, since their answer cannot be made up.

Other clients (a cluster's, valkey's) that have a connection open are not seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import redis
import redis.asyncio
import redis.asyncio.client
import redis.client

from cqrs_routing.sandbox.active import Sandbox, active, suspended
from cqrs_routing.sandbox.patching import Method, replace

READS = frozenset(
    """
    BITCOUNT BITPOS DBSIZE ECHO EXISTS EXPIRETIME GET GETBIT GETRANGE HEXISTS HGET HGETALL HKEYS HLEN HMGET HSCAN
    HSTRLEN HVALS INFO KEYS LINDEX LLEN LPOS LRANGE MGET PEXPIRETIME PFCOUNT PING PTTL SCAN SCARD SDIFF SINTER
    SISMEMBER SMEMBERS SMISMEMBER SRANDMEMBER SSCAN STRLEN SUNION TIME TTL TYPE XLEN XRANGE XREVRANGE ZCARD ZCOUNT
    ZDIFF ZINTER ZLEXCOUNT ZMSCORE ZRANGE ZRANGEBYLEX ZRANGEBYSCORE ZRANK ZREVRANGE ZREVRANGEBYSCORE ZREVRANK
    ZSCAN ZSCORE ZUNION
    """.split()  # noqa: SIM905  readable
)


def install() -> None:
    replace(redis.Redis, "execute_command", execute_command)
    replace(redis.client.Pipeline, "immediate_execute_command", execute_command)
    replace(redis.client.Pipeline, "execute", execute)
    replace(redis.asyncio.Redis, "execute_command", execute_command_later)
    replace(redis.asyncio.client.Pipeline, "immediate_execute_command", execute_command_later)
    replace(redis.asyncio.client.Pipeline, "execute", execute_later)


def execute_command(original: Method) -> Method:
    def replacement(self: Any, *args: Any, **options: Any) -> Any:
        sandbox = active.get()
        if sandbox is None:
            return original(self, *args, **options)
        refuse_writes(sandbox, [args])
        with suspended():
            return original(self, *args, **options)

    return replacement


def execute(original: Method) -> Method:
    def replacement(self: Any, *args: Any, **options: Any) -> Any:
        sandbox = active.get()
        if sandbox is None:
            return original(self, *args, **options)
        refuse_writes(sandbox, commands_of(self))
        with suspended():
            return original(self, *args, **options)

    return replacement


def execute_command_later(original: Method) -> Method:
    async def replacement(self: Any, *args: Any, **options: Any) -> Any:
        sandbox = active.get()
        if sandbox is None:
            return await original(self, *args, **options)
        refuse_writes(sandbox, [args])
        with suspended():
            return await original(self, *args, **options)

    return replacement


def execute_later(original: Method) -> Method:
    async def replacement(self: Any, *args: Any, **options: Any) -> Any:
        sandbox = active.get()
        if sandbox is None:
            return await original(self, *args, **options)
        refuse_writes(sandbox, commands_of(self))
        with suspended():
            return await original(self, *args, **options)

    return replacement


def commands_of(pipeline: Any) -> list[tuple[Any, ...]]:
    return [command[0] for command in pipeline.command_stack]


def refuse_writes(sandbox: Sandbox, commands: Iterable[tuple[Any, ...]]) -> None:
    for command in commands:
        name = text(command[0]).upper()
        if name not in READS:
            raise sandbox.refuse("redis", f"{name} {text(command[1])}" if len(command) > 1 else name)


def text(part: Any) -> str:
    return part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part)
