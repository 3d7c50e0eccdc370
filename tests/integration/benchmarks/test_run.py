"""Every benchmark runs, and prints the numbers that it promises. How fast anything is, is nobody's business here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.catalogue import BENCHMARKS

ROOT = Path(__file__).resolve().parents[3]

# Once is enough: benchmarks start their own servers.
pytestmark = pytest.mark.postgresql


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "benchmarks/run.py", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


ALWAYS = ("capture", "verify", "routing", "rehearsal", "freshness")
"""The others take half a minute each even so."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in ALWAYS else pytest.mark.long) for name in BENCHMARKS]
)
def test_a_benchmark_runs_and_prints_its_figures(name):
    done = run(name, "--quick", "--json")

    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["benchmark"] == name
    for figure in BENCHMARKS[name].figures:
        assert result[figure.name] > 0 or figure.is_difference
        assert figure.name in done.stderr
    assert set(result["targets"]) == {figure.name for figure in BENCHMARKS[name].figures if figure.target}
    assert set(result["missed"]) <= set(result["targets"])
    assert result["conditions"]["quick"]


def test_an_unknown_name_is_answered_with_the_known_ones():
    done = run("speed")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"Name a benchmark: {', '.join(BENCHMARKS)}, or all.\n"


def test_no_name_is_as_good_as_a_wrong_one():
    assert run().returncode == 2


def test_the_list_names_every_figure():
    done = run("--list")

    assert done.returncode == 0
    for benchmark in BENCHMARKS.values():
        for figure in benchmark.figures:
            assert figure.name in done.stdout


def test_a_file_that_cannot_be_written_is_refused_before_anything_is_measured(tmp_path):
    done = run("capture", "--json", str(tmp_path / "missing" / "figures.json"))

    assert done.returncode == 2
    assert "that folder does not exist" in done.stderr


def test_a_failure_is_one_line():
    done = run("capture", "--scale", "-1")

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "--scale -1.0 is not a number above 0" in done.stderr


def test_every_figure_is_in_the_readme():
    text = (ROOT / "benchmarks/README.md").read_text()

    for benchmark in BENCHMARKS.values():
        for figure in benchmark.figures:
            assert f"`{figure.name}`" in text, (
                f"Add {figure.name} to benchmarks/README.md, with what it measured."
            )
