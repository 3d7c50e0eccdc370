"""``python -m legacy_app.servers [--durable] [-- command ...]``: a command with both servers at hand."""

import argparse
import signal
import subprocess
import sys
import threading
from types import FrameType

from . import Running, ServerError, servers
from .running import without_password


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _terminate)
    try:
        with servers(durable=options.durable) as running:
            return _run(options.command, running) if options.command else _wait(running)
    except ServerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m legacy_app.servers",
        description="Run a command with DATABASE_URL and REDIS_URL set to real servers that end with it. "
        "Without a command: print the addresses and keep the servers until Ctrl-C.",
    )
    parser.add_argument("--durable", action="store_true", help="keep acknowledged writes through a crash")
    parser.add_argument("command", nargs="*", help="the command and its arguments, after --")
    return parser


def _run(command: list[str], running: Running) -> int:
    """Run the command and return its exit code; signals are the command's to answer."""
    try:
        process = subprocess.Popen(command, env=running.environment())
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        return 127
    # The terminal's Ctrl-C reaches the command by itself, other signals are passed on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: process.send_signal(number))
    code = process.wait()
    return code if code >= 0 else 128 - code


def _wait(running: Running) -> int:
    sys.stdout.write(f"DATABASE_URL={without_password(running.database_url)}\n")
    sys.stdout.write(f"REDIS_URL={without_password(running.redis_url)}\n")
    sys.stdout.flush()
    threading.Event().wait()
    return 0


def _terminate(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
