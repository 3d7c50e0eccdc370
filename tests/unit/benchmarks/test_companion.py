"""Another process that takes part in a benchmark."""

import sys

import pytest

from benchmarks.companion import companion
from benchmarks.exceptions import StandFailed


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Makes a module of this source that ``python -m`` finds."""

    def make(source: str) -> str:
        (tmp_path / "taking_part.py").write_text(source)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        return "taking_part"

    return make


def test_it_answers_what_it_is_asked_and_ends_with_the_block(module):
    name = module("import sys\nfor line in sys.stdin:\n    print(line.strip(), flush=True)\n")

    with companion(sys.executable, name) as other:
        assert other.ask(question=1) == {"question": 1}
        assert other.ask(question=2) == {"question": 2}

    assert other.process.returncode == 0


def test_one_that_fails_says_why(module):
    name = module("import sys\nsys.stdin.readline()\nraise SystemExit('out of paper')\n")

    with (
        companion(sys.executable, name) as other,
        pytest.raises(StandFailed, match="taking_part ended with 1: out of paper"),
    ):
        other.ask(question=1)
