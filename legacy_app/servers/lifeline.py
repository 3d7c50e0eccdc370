"""The connection between this process and the guardian of one server.

While it is open the guardian does what it is asked. Once it is cut, on purpose or because this process is
gone, the guardian stops the server and removes the directory.
"""

import json
import os
import pwd
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .exceptions import ServerError

GUARDIAN = Path(__file__).with_name("guardian.py")
CUT_SECONDS = 30.0


class Lifeline:
    """A guardian, its temporary ``directory``, and the server process in it.

    Args:
        owner: The user who owns the directory and runs the server; ``None`` for the user of this process.
    """

    def __init__(self, owner: pwd.struct_passwd | None = None) -> None:
        self.owner = owner
        self.creator = os.getpid()
        self._turn = threading.Lock()
        self._guardian = subprocess.Popen(
            [sys.executable, "-I", str(GUARDIAN), json.dumps(_arguments(owner))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )
        self.directory = Path(self._receive()["directory"])

    def spawn(
        self,
        argv: list[str],
        environment: Mapping[str, str],
        *,
        stop_signal: int = signal.SIGTERM,
        folder: Path | None = None,
    ) -> int:
        """Start a process, in a group of its own, and return its process id.

        Its output goes to ``log``, its working folder is the directory unless ``folder`` names another one,
        and ``stop_signal`` is what the guardian ends it with.
        """
        request = {
            "spawn": argv,
            "environment": dict(environment),
            "folder": str(folder or self.directory),
            "stop_signal": int(stop_signal),
        }
        return int(self._ask(request)["pid"])

    def send(self, number: int) -> bool:
        """Send a signal to the process; false when it has ended already."""
        return bool(self._ask({"signal": int(number)})["sent"])

    def exit_code(self) -> int | None:
        """The exit code of the last process, ``None`` while it runs."""
        code: int | None = self._ask({"poll": True})["exit_code"]
        return code

    @property
    def log(self) -> Path:
        return self.directory / "server.log"

    def cut(self) -> None:
        """Let the guardian stop the server and remove the directory, and wait until it has."""
        if os.getpid() != self.creator:
            return  # A forked child inherited this object, not the server.
        if self._guardian.stdin:
            self._guardian.stdin.close()
        try:
            self._guardian.wait(CUT_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise ServerError(
                f"The guardian of {self.directory} did not end in {CUT_SECONDS:.0f} s"
            ) from error
        finally:
            if self._guardian.stdout:
                self._guardian.stdout.close()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        with self._turn:
            self._send(request)
            answer = self._receive()
        if "error" in answer:
            raise ServerError(f"{answer['error']} (asked for {next(iter(request))})")
        return answer

    def _send(self, request: dict[str, Any]) -> None:
        pipe = self._guardian.stdin
        if pipe is None or pipe.closed:
            raise ServerError("The server was given up already: its directory is removed")
        try:
            pipe.write(json.dumps(request).encode() + b"\n")
            pipe.flush()
        except BrokenPipeError as error:
            raise ServerError("The guardian of the server is gone") from error

    def _receive(self) -> dict[str, Any]:
        line = self._guardian.stdout.readline() if self._guardian.stdout else b""
        if not line:
            raise ServerError("The guardian of the server is gone")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()


def _arguments(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    return {
        "parent": os.getpid(),
        "base": _base(owner),
        "owner": (owner.pw_uid, owner.pw_gid) if owner else None,
    }


def _base(owner: pwd.struct_passwd | None) -> str:
    """The folder for temporary directories; another owner must be able to walk into it."""
    chosen = tempfile.gettempdir()
    if owner is None or _open_to_all(Path(chosen)):
        return chosen
    return "/tmp" if _open_to_all(Path("/tmp")) else "/var/tmp"


def _open_to_all(folder: Path) -> bool:
    return all(part.stat().st_mode & 0o001 for part in (folder.resolve(), *folder.resolve().parents))
