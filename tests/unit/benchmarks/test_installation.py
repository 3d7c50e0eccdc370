"""The virtual environment of what is compared with: made once, and anew when its packages change."""

import pytest

from benchmarks.exceptions import StandFailed
from benchmarks.rivals import installation
from benchmarks.rivals.installation import rivals_python


@pytest.fixture
def commands(tmp_path, monkeypatch):
    """What would be run; the environment's folder and its list of packages are the test's."""
    ran: list[tuple[str, ...]] = []

    def run(*command: str) -> None:
        ran.append(command)
        (tmp_path / "build" / "rivals").mkdir(exist_ok=True)

    monkeypatch.setattr(installation, "FOLDER", tmp_path / "build" / "rivals")
    monkeypatch.setattr(installation, "PINNED", tmp_path / "requirements.txt")
    monkeypatch.setattr(installation, "run", run)
    (tmp_path / "requirements.txt").write_text("one==1\n")
    return ran


def test_it_is_made_once(commands):
    assert rivals_python() == rivals_python()

    assert [command[1:3] for command in commands] == [("-m", "venv"), ("-m", "pip")]


def test_other_packages_are_another_environment(commands, tmp_path):
    rivals_python()
    (tmp_path / "requirements.txt").write_text("one==2\n")
    rivals_python()

    assert len(commands) == 4


def test_an_environment_that_was_made_in_part_is_made_again(commands, tmp_path):
    rivals_python()
    (tmp_path / "build" / "rivals" / "installed").unlink()
    rivals_python()

    assert len(commands) == 4


def test_a_command_that_fails_is_one_line():
    with pytest.raises(StandFailed, match=r"ended with 1: .*no-such-module") as failed:
        installation.run("python3", "-m", "no-such-module")

    assert len(str(failed.value).splitlines()) == 1
