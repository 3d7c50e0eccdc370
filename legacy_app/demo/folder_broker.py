"""A Celery broker that is a folder: each message is a file in its queue's folder.

Messages appear and are taken by renaming, which is atomic. kombu's own filesystem transport writes them in place,
and a worker that reads a file too early dies of it.
"""

import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import virtual
from kombu.utils.json import dumps, loads

NEW, TAKEN = ".new", ".taken"


class Channel(virtual.Channel):
    """Queues in the folder that the transport option ``folder`` names."""

    def queue_folder(self, queue: str) -> Path:
        folder = Path(self.connection.client.transport_options["folder"]) / queue  # type: ignore[union-attr,index]
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def messages(self, queue: str) -> list[Path]:
        """The oldest first."""
        return sorted(path for path in self.queue_folder(queue).iterdir() if not path.suffix)

    def _put(self, queue: str, message: dict[str, Any], **kwargs: Any) -> None:
        path = self.queue_folder(queue) / f"{time.time_ns()}-{uuid.uuid4()}"
        path.with_suffix(NEW).write_text(dumps(message))
        path.with_suffix(NEW).rename(path)

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        for path in self.messages(queue):
            taken = path.with_suffix(TAKEN)
            try:
                path.rename(taken)
            except FileNotFoundError:
                continue  # Another worker was faster.
            message: dict[str, Any] = loads(taken.read_text())
            taken.unlink()
            return message
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self.messages(queue))

    def _purge(self, queue: str) -> int:
        found = self.messages(queue)
        for path in found:
            path.unlink(missing_ok=True)
        return len(found)


class Transport(virtual.Transport):
    """The ``folder://`` transport of kombu."""

    Channel = Channel
    global_state = virtual.BrokerState()
    polling_interval = 0.05
    driver_type = driver_name = "folder"

    def driver_version(self) -> str:
        return os.name
