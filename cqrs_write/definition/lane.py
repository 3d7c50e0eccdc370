"""Lanes: commands with the same lane key execute one after another, in order of acceptance."""

import uuid
from typing import Any

from cqrs_write.definition.handler import Handler
from cqrs_write.exceptions import InvalidCommand
from cqrs_write.lock_key import lock_key

LONGEST = 200
"""Characters of a lane's text."""


def lane_of(handler: Handler, command: Any, command_id: uuid.UUID) -> str:
    """The lane's text; empty if the command has no lane to share.

    Raises:
        InvalidCommand: if the text is too long, or none.
    """
    if handler.batch:
        return handler.batch.lane(handler.name, command, command_id)
    if handler.lane is None:
        return ""
    lane = handler.lane(command)
    if not isinstance(lane, str):
        raise InvalidCommand(f"{handler.name}: its lane is {lane!r}; the lane of a command is text.")
    if len(lane) > LONGEST:
        raise InvalidCommand(f"{handler.name}: its lane has {len(lane)} characters; it may have {LONGEST}.")
    if "\0" in lane:
        raise InvalidCommand(f"{handler.name}: its lane has a zero character, which no database stores.")
    return lane


def lane_key(lane: str, command_id: uuid.UUID) -> int:
    """64 bits (signed) that stand for the lane: the key of its lock and of its place in the index.

    A command without a lane gets one of its own. Two lanes with one key run one after another: harmless.
    """
    source = f"cqrs lane {lane}" if lane else f"cqrs command {command_id}"
    return lock_key(source)
