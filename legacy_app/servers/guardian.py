"""The process that stops one server and removes its directory once its parent is gone.

It runs as a script in a session of its own, so that neither the terminal's Ctrl-C nor the parent's death
reaches it. It owns a temporary directory and is the parent of the server. Requests come as JSON lines on
stdin, answers leave on stdout; the end of stdin, or another parent than at the start (a forked child may keep
the pipe open), means: stop the server, remove the directory, end.

Only the standard library is imported: it starts in some 30 ms and needs nothing that may be uninstalled.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

PARENT_CHECK_SECONDS = 0.25
STOP_SECONDS = 10.0
REMOVE_SECONDS = 10.0


class Keeper:
    """The server's directory and its process, if one runs."""

    def __init__(self, owner: tuple[int, int] | None, base: str) -> None:
        self.directory = os.path.realpath(tempfile.mkdtemp(prefix="gradual-cqrs-", dir=base))
        self.owner = owner
        self.process: subprocess.Popen[bytes] | None = None
        self.stop_signal = int(signal.SIGTERM)
        if owner:
            os.chown(self.directory, *owner)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what one request asks; an ``OSError`` is an answer too."""
        try:
            match request:
                case {"spawn": argv, "environment": environment, "folder": folder, "stop_signal": number}:
                    return {"pid": self.spawn(argv, environment, folder, number)}
                case {"signal": number}:
                    return {"sent": self.send(number)}
                case {"poll": _}:
                    return {"exit_code": self.exit_code()}
        except OSError as error:
            return {"error": str(error), "errno": error.errno}
        return {"error": f"unknown request {request}"}

    def spawn(self, argv: list[str], environment: dict[str, str], folder: str, stop_signal: int) -> int:
        user, group = self.owner or (None, None)
        self.stop_signal = stop_signal
        with open(os.path.join(self.directory, "server.log"), "ab") as log:
            self.process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                env=environment,
                user=user,
                group=group,
                extra_groups=None if group is None else [],
                start_new_session=True,
            )
        return self.process.pid

    def exit_code(self) -> int | None:
        if self.process and self.process.returncode is None and self.process.poll() is not None:
            self._end_group()
        return self.process.returncode if self.process else None

    def send(self, number: int) -> bool:
        """Send a signal to the process; false when it has ended already."""
        if self.process is None or self.exit_code() is not None:
            return False
        self.process.send_signal(number)
        return True

    def finish(self) -> None:
        """Stop the process, by force if it must be, and leave nothing on the disk."""
        if self.send(self.stop_signal):
            self._await_end()
        deadline = time.monotonic() + REMOVE_SECONDS
        while os.path.exists(self.directory) and time.monotonic() < deadline:
            shutil.rmtree(self.directory, ignore_errors=True)
            time.sleep(0.01)

    def _await_end(self) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        while self.exit_code() is None:
            if time.monotonic() > deadline:
                self.send(signal.SIGKILL)
            time.sleep(0.005)

    def _end_group(self) -> None:
        """End what the process left behind, as soon as it has ended: later its number may be another's."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


def requests(parent: int) -> Iterator[dict[str, Any]]:
    """The requests on stdin, until its end or until the parent is another one."""
    pending = b""
    while True:
        readable, _, _ = select.select([0], [], [], PARENT_CHECK_SECONDS)
        if os.getppid() != parent:
            return
        if not readable:
            continue
        received = os.read(0, 65536)
        if not received:
            return
        *lines, pending = (pending + received).split(b"\n")
        yield from map(json.loads, lines)


def tell(message: dict[str, Any]) -> None:
    os.write(1, json.dumps(message).encode() + b"\n")


def main(parent: int, base: str, owner: tuple[int, int] | None) -> None:
    # Handlers instead of SIG_IGN: an ignored signal would stay ignored in the server.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    keeper = Keeper(owner, base)
    try:
        tell({"directory": keeper.directory})
        for request in requests(parent):
            tell(keeper.answer(request))
    except BrokenPipeError:
        pass  # The parent died while it was being answered: nobody is left to tell.
    finally:
        keeper.finish()


if __name__ == "__main__":
    arguments = json.loads(sys.argv[1])
    main(arguments["parent"], arguments["base"], tuple(arguments["owner"]) if arguments["owner"] else None)
