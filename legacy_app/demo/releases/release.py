"""The release: which candidates are deployed. It is in a file, so that a deployment takes no restart."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "DEMO_RELEASE"
"""The variable that names the file."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """What is deployed of both order endpoints; without a mistake unless one is named.

    Attributes:
        order_list: a mistake of :mod:`legacy_app.demo.releases.order_list`.
        seconds: how long the slow order list takes.
        placing: a mistake of :mod:`legacy_app.demo.releases.placing`.
    """

    order_list: str = ""
    seconds: float = 0.0
    placing: str = ""


def deploy(release: Release, file: Path) -> None:
    """Have every process work by ``release`` from its next request on."""
    new = file.with_suffix(".new")
    new.write_text(json.dumps(asdict(release)))
    new.rename(file)


def deployed() -> Release:
    """The release that is deployed; a sound one before the first."""
    try:
        return Release(**json.loads(Path(os.environ[FILE]).read_text()))
    except (KeyError, FileNotFoundError):
        return Release()
