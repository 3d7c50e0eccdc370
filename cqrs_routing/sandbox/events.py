"""The audit events that are effects, with what each says of itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from cqrs_routing.sandbox.effect import Kind
from cqrs_routing.sandbox.files import WRITING, may_be_written
from cqrs_routing.sandbox.http import request_line
from cqrs_routing.sandbox.threads import name_of

Describe = Callable[..., str | None]
"""From an event's arguments to the detail of the effect; None where it is allowed."""


def opening(path: Any, mode: str | None, flags: int) -> str | None:
    if not flags & WRITING or isinstance(path, int) or may_be_written(path, follow=True):
        return None
    return f"open {shown(path)} for writing"


def on_path(verb: str, folder: int | None = None) -> Describe:
    """Of an event whose first argument is a path; ``folder`` is where its directory descriptor stands."""

    def describe(path: Any, *more: Any) -> str | None:
        start = -1 if folder is None else more[folder - 1]
        return None if may_be_written(path, start) else f"{verb} {shown(path)}"

    return describe


def from_path_to_path(verb: str, *, both: bool) -> Describe:
    """Of an event with a source and a destination; ``both`` must be writable, or the destination alone."""

    def describe(source: Any, destination: Any, from_folder: Any = -1, to_folder: Any = -1) -> str | None:
        if may_be_written(destination, to_folder) and (not both or may_be_written(source, from_folder)):
            return None
        return f"{verb} {shown(source)} to {shown(destination)}"

    return describe


def symlink(source: Any, destination: Any, folder: Any = -1) -> str | None:
    return None if may_be_written(destination, folder) else f"symlink {shown(destination)}"


def to_address(verb: str) -> Describe:
    def describe(socket: Any, address: Any = None, *more: Any) -> str:
        return f"{verb} {shown_address(address)}"

    return describe


def to_host(verb: str) -> Describe:
    def describe(host: Any, port: Any = None, *more: Any) -> str | None:
        return f"{verb} {shown_address((host, port))}" if host else None

    return describe


def of_client(verb: str) -> Describe:
    def describe(client: Any, *more: Any) -> str:
        return f"{verb} by {type(client).__name__} to {getattr(client, 'host', None) or '?'}"

    return describe


def request(url: Any, data: Any, headers: Any, method: Any) -> str | None:
    text = str(url)
    # A file is opened, and that has its own event.
    return (
        None
        if text.startswith("file:")
        else request_line(method or ("GET" if data is None else "POST"), "", text)
    )


def popen(executable: Any, arguments: Any, *more: Any) -> str:
    return f"subprocess {shown(executable or arguments)}"


def named(verb: str) -> Describe:
    def describe(*arguments: Any) -> str:
        return f"{verb} {shown(arguments[0])}" if arguments else verb

    return describe


def thread(function: Any, *more: Any) -> str:
    return f"start {name_of(function)}"


def shown(value: Any) -> str:
    try:
        return os.fsdecode(value)
    except TypeError:
        return str(value)


def shown_address(address: Any) -> str:
    if isinstance(address, tuple) and len(address) >= 2:
        host, port = (shown(part) if isinstance(part, bytes) else part for part in address[:2])
        return str(host) if port is None else f"{host}:{port}"
    return "its peer" if address is None else shown(address)


EVENTS: dict[str, tuple[Kind, Describe]] = {
    "open": ("file", opening),
    "os.remove": ("file", on_path("remove", 1)),
    "os.rmdir": ("file", on_path("rmdir", 1)),
    "os.mkdir": ("file", on_path("mkdir", 2)),
    "os.rename": ("file", from_path_to_path("rename", both=True)),
    "os.link": ("file", from_path_to_path("link", both=False)),
    "os.symlink": ("file", symlink),
    "os.truncate": ("file", on_path("truncate")),
    "os.chmod": ("file", on_path("chmod", 2)),
    "os.chown": ("file", on_path("chown", 3)),
    "os.chflags": ("file", on_path("chflags")),
    "os.utime": ("file", on_path("utime", 3)),
    "os.setxattr": ("file", on_path("setxattr")),
    "os.removexattr": ("file", on_path("removexattr")),
    "socket.connect": ("socket", to_address("connect")),
    "socket.sendto": ("socket", to_address("send to")),
    "socket.sendmsg": ("socket", to_address("send to")),
    # Before the name is looked up, which may take seconds, and leaves the effect with the name.
    "socket.getaddrinfo": ("socket", to_host("connect")),
    "socket.gethostbyname": ("socket", to_host("look up")),
    "urllib.Request": ("http", request),
    "http.client.send": ("http", of_client("send")),
    "smtplib.send": ("mail", of_client("send")),
    "ftplib.sendcmd": ("socket", of_client("send")),
    "imaplib.send": ("socket", of_client("send")),
    "poplib.putline": ("socket", of_client("send")),
    "subprocess.Popen": ("process", popen),
    "os.system": ("process", named("system")),
    "os.exec": ("process", named("exec")),
    "os.spawn": ("process", lambda mode, path, *more: f"spawn {shown(path)}"),
    "os.posix_spawn": ("process", named("spawn")),
    "os.startfile": ("process", named("start")),
    "os.fork": ("process", named("fork")),
    "os.forkpty": ("process", named("fork")),
    "pty.spawn": ("process", named("spawn")),
    "os.kill": ("process", named("kill")),
    "os.killpg": ("process", named("kill")),
    "signal.pthread_kill": ("process", named("kill thread")),
    "os.putenv": ("process", named("putenv")),
    "os.unsetenv": ("process", named("unsetenv")),
    "os.chdir": ("process", named("chdir")),
    "_thread.start_new_thread": ("thread", thread),
    "_thread.start_joinable_thread": ("thread", thread),
}
