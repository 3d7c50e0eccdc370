"""The line that is logged for every executed command."""

import logging
import traceback
from dataclasses import dataclass
from uuid import UUID

logger = logging.getLogger("cqrs_write.execution")


@dataclass(frozen=True, kw_only=True)
class Report:
    """What happened in one attempt; each field is an attribute of the log record too."""

    command: str
    command_id: UUID
    queue: str
    """Empty if the command ran inline."""

    lane: str
    attempt: int
    state: str
    wait_ms: float
    """From acceptance to the start of the handler."""

    run_ms: float
    trace_id: str
    """Of the W3C trace that the command belongs to."""

    correlation_id: UUID


def log(report: Report, error: str = "") -> None:
    """Write the line: at level INFO, or WARNING with the ``error`` in one line."""
    if not logger.isEnabledFor(logging.WARNING if error else logging.INFO):
        return
    values = vars(report)
    text = " ".join(f"{key}={value}" for key, value in values.items())
    if error:
        logger.warning("%s error=%s", text, error, extra=values)
    else:
        logger.info(text, extra=values)


def error_line(error: BaseException) -> str:
    """The error in one line of at most 500 characters."""
    return _storable(f"{type(error).__name__}: {' '.join(str(error).split())}")[:500]


def error_traceback(error: BaseException) -> str:
    """The traceback as Python prints it."""
    return _storable("".join(traceback.format_exception(error)))


def _storable(text: str) -> str:
    """The text without what no database stores: lone surrogates, and on PostgreSQL the zero character."""
    return text.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
