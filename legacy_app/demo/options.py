"""What the command line asks for."""

from dataclasses import dataclass
from pathlib import Path

LARGEST_SCALE = 1000


@dataclass(frozen=True, kw_only=True)
class Options:
    """The size of the shop and of the load, and what becomes of the results.

    Attributes:
        scale: 1 is 2,000 customers and 20,000 orders.
        seconds: how long clients and writers keep the shop busy, all chapters together.
        clients: concurrent HTTP clients.
        port: of the web server; None for a free one.
        sqlite: do without any server: an SQLite file, and a folder as the broker.
        serve: keep everything running at the end.
        json: the file that gets the figures.
    """

    scale: float
    seconds: float
    clients: int
    port: int | None
    sqlite: bool
    serve: bool
    json: Path | None

    @property
    def problem(self) -> str:
        """What is wrong with them, in one line; empty if nothing is."""
        if not 0 < self.scale <= LARGEST_SCALE:
            return f"--scale {self.scale} is not above 0 and up to {LARGEST_SCALE}."
        if self.seconds < 1:
            return f"--seconds {self.seconds}: the load needs at least 1."
        if self.clients < 2:
            return f"--clients {self.clients}: one reads and one orders, so there are at least 2."
        if self.port is not None and not 0 < self.port < 65536:
            return f"--port {self.port} is not between 1 and 65535."
        if self.json and not self.json.parent.is_dir():
            return f"--json {self.json}: the folder {self.json.parent} does not exist."
        return ""
