"""Lanes: commands with the same lane key execute one after another, in order of acceptance."""

import hashlib
import uuid
from typing import Any

from cqrs_write.handler import Handler


def lane_of(handler: Handler, command: Any) -> str:
    """The lane's text; empty if the command has no lane to share."""
    return handler.lane(command) if handler.lane else ""


def lane_key(lane: str, command_id: uuid.UUID) -> int:
    """64 bits (signed) that stand for the lane: the key of its lock and of its place in the index.

    A command without a lane gets one of its own. Two lanes with one key run one after another: harmless.
    """
    source = f"cqrs lane {lane}" if lane else f"cqrs command {command_id}"
    return int.from_bytes(hashlib.blake2b(source.encode(), digest_size=8).digest(), "big", signed=True)
