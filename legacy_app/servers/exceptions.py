"""What can go wrong with a server of the sample, each in one clear line."""

from pathlib import Path


class ServerError(Exception):
    """A server could not be found, started, reached or stopped."""


class BinaryMissing(ServerError):
    """No usable server program is on this machine."""


class PortTaken(ServerError):
    """Another process listens on the port that the server needs."""


class ServerExited(ServerError):
    """The server's process ended when it should run; the last lines of its log are in the message."""

    def __init__(self, name: str, log: Path, exit_code: int | None) -> None:
        tail = " | ".join(last_lines(log, count=4)) or "its log is empty"
        super().__init__(f"{name} exited with code {exit_code}: {tail}")


class ServerUnreachable(ServerError):
    """The server that an environment variable names does not answer."""


def last_lines(log: Path, count: int) -> list[str]:
    """The last ``count`` lines of a log that say something."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return [line.strip() for line in text.splitlines() if line.strip()][-count:]
