"""The guide to the first endpoint, carried out to the letter in an empty folder."""

import shutil
import socket
from pathlib import Path

import pytest
from django.db import connection

from .reader import Reader

ROOT = Path(__file__).resolve().parents[3]
GUIDE = ROOT / "migration_guides" / "first-endpoint.md"


@pytest.fixture
def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def test_the_guide_does_what_it_says(tmp_path, environment, free_port):
    assert shutil.which("curl"), "The guide looks at responses with curl: install it."
    with Reader(tmp_path, connection.vendor, environment, {"8000": free_port}) as reader:
        reader.follow(GUIDE)
