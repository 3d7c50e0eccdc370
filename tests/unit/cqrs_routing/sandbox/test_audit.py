"""Files, sockets and processes: what is refused, and what is let through."""

import logging
import logging.handlers
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request

import pytest

from cqrs_routing.sandbox.refusal import EffectRefused

from .keeping import found, kept_in


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def outside(tmp_path, temporary):
    """A folder with a file and a folder, that nobody may change."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "file").write_text("as it was")
    (folder / "folder").mkdir()
    return folder


def state_of(folder):
    return {
        path.name: (path.lstat().st_mode, path.lstat().st_mtime_ns, path.is_file() and path.read_text())
        for path in [folder, *folder.rglob("*")]
    }


WRITES = {
    "opened": lambda folder: (folder / "new").open("w"),
    "opened to append": lambda folder: (folder / "file").open("a"),
    "opened to update": lambda folder: (folder / "file").open("r+b"),
    "opened by the system": lambda folder: os.open(folder / "new", os.O_CREAT | os.O_RDONLY),
    "copied": lambda folder: shutil.copy(folder / "file", folder / "copy"),
    "removed": lambda folder: os.remove(folder / "file"),
    "unlinked": lambda folder: (folder / "file").unlink(),
    "renamed": lambda folder: os.rename(folder / "file", folder / "other"),
    "moved": lambda folder: shutil.move(folder / "file", folder / "other"),
    "made a folder": lambda folder: os.mkdir(folder / "other"),
    "made folders": lambda folder: os.makedirs(folder / "folder" / ".." / "other"),
    "removed a folder": lambda folder: os.rmdir(folder / "folder"),
    "linked": lambda folder: os.link(folder / "file", folder / "other"),
    "linked by a symbolic link": lambda folder: os.symlink("file", folder / "other"),
    "truncated": lambda folder: os.truncate(folder / "file", 0),
    "made executable": lambda folder: os.chmod(folder / "file", 0o777),
    "touched": lambda folder: os.utime(folder / "file"),
    "removed with all its files": lambda folder: shutil.rmtree(folder),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_write_to_a_file_is_refused(name, outside):
    before = state_of(outside)
    with kept_in() as recorded, pytest.raises(EffectRefused):
        WRITES[name](outside)
    assert state_of(outside) == before
    assert {effect.kind for effect in recorded.effects} == {"file"}


def test_the_detail_says_what_and_where(outside):
    with kept_in() as recorded, pytest.raises(EffectRefused):
        (outside / "file").write_text("something")
    assert found(recorded) == [("file", f"open {outside}/file for writing")]


def test_code_that_expects_files_to_fail_goes_on(outside):
    with kept_in():
        try:
            (outside / "new").write_text("something")
        except OSError as error:
            went_on = error
    assert isinstance(went_on, PermissionError)


def test_reading_is_allowed(outside):
    with kept_in() as recorded:
        assert (outside / "file").read_text() == "as it was"
        assert sorted(os.listdir(outside)) == ["file", "folder"]
        os.close(os.open(outside / "file", os.O_RDONLY))
    assert not recorded.effects


def test_temporary_files_and_folders_are_allowed(temporary):
    with kept_in() as recorded:
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("something")
        with tempfile.TemporaryFile() as file:
            file.write(b"something")
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(f"{folder}/a/b")
            shutil.copy(__file__, f"{folder}/a/b/c")
            os.rename(f"{folder}/a", f"{folder}/d")
    assert not recorded.effects
    assert not any(temporary.iterdir())


def test_devnull_is_allowed():
    with kept_in() as recorded, open(os.devnull, "w") as file:
        file.write("something")
    assert not recorded.effects


def test_bytecode_of_a_module_that_the_code_imports_is_written(outside, monkeypatch):
    (outside / "just_imported.py").write_text("ANSWER = 42")
    monkeypatch.syspath_prepend(outside)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    with kept_in() as recorded:
        import just_imported

        assert just_imported.ANSWER == 42
    del sys.modules["just_imported"]
    assert not recorded.effects
    assert list((outside / "__pycache__").iterdir())


def test_logging_handlers_may_open_and_rotate_their_files(outside):
    handler = logging.handlers.RotatingFileHandler(outside / "log", maxBytes=20, backupCount=1, delay=True)
    logger = logging.Logger("rotating")
    logger.addHandler(handler)
    with kept_in() as recorded:
        logger.warning("the first of the lines")
        logger.warning("the second of the lines")
    handler.close()
    assert not recorded.effects
    assert (outside / "log").read_text() == "the second of the lines\n"
    assert (outside / "log.1").read_text() == "the first of the lines\n"


def test_a_connection_is_refused_before_it_is_made(server):
    with kept_in() as recorded, socket.socket() as client, pytest.raises(EffectRefused):
        client.connect(server.server_address)
    assert found(recorded) == [("socket", f"connect 127.0.0.1:{server.server_address[1]}")]


def test_a_connection_by_name_is_refused_by_its_name():
    with kept_in() as recorded, pytest.raises(EffectRefused):
        socket.create_connection(("api.example.com", 443))
    assert found(recorded) == [("socket", "connect api.example.com:443")]


def test_a_unix_socket_is_refused(tmp_path):
    with socket.socket(socket.AF_UNIX) as listening, socket.socket(socket.AF_UNIX) as client:
        path = os.path.relpath(tmp_path / "s")
        listening.bind(path)
        listening.listen()
        with kept_in() as recorded, pytest.raises(EffectRefused):
            client.connect(path)
    assert found(recorded) == [("socket", f"connect {path}")]


def test_a_datagram_is_refused():
    with socket.socket(type=socket.SOCK_DGRAM) as receiver, socket.socket(type=socket.SOCK_DGRAM) as sender:
        receiver.bind(("127.0.0.1", 0))
        receiver.setblocking(False)
        with kept_in() as recorded, pytest.raises(EffectRefused):
            sender.sendto(b"gone", receiver.getsockname())
        with pytest.raises(BlockingIOError):
            receiver.recv(10)
        assert found(recorded) == [("socket", f"send to 127.0.0.1:{receiver.getsockname()[1]}")]


def test_urllib_is_refused(server):
    url = f"http://127.0.0.1:{server.server_address[1]}/path?secret=1"
    with kept_in() as recorded, pytest.raises(EffectRefused):
        urllib.request.urlopen(url)
    assert found(recorded) == [("http", f"GET {url.partition('?')[0]}")]
    assert server.requests == []


PROCESSES = {
    "subprocess": lambda marker: subprocess.run(["touch", marker], check=True),
    "a shell": lambda marker: os.system(f"touch {marker}"),
    "spawn": lambda marker: os.posix_spawn("/usr/bin/touch", ["touch", marker], os.environ),
    "exec": lambda marker: os.execv("/usr/bin/touch", ["touch", marker]),
    "fork": lambda marker: os.fork(),
}


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_is_refused(name, tmp_path):
    with kept_in() as recorded, pytest.raises(EffectRefused):
        PROCESSES[name](str(tmp_path / "marker"))
    assert [effect.kind for effect in recorded.effects] == ["process"]
    assert not (tmp_path / "marker").exists()


def test_a_signal_is_refused():
    with kept_in() as recorded, pytest.raises(EffectRefused):
        os.kill(os.getpid(), signal.SIGTERM)
    assert found(recorded) == [("process", f"kill {os.getpid()}")]


def test_the_environment_and_the_working_directory_are_kept(tmp_path):
    before = os.getcwd(), dict(os.environ)
    with kept_in() as recorded:
        with pytest.raises(EffectRefused):
            os.environ["LEFT_BY_A_SANDBOX"] = "1"
        with pytest.raises(EffectRefused):
            os.chdir(tmp_path)
    assert (os.getcwd(), dict(os.environ)) == before
    assert found(recorded) == [("process", "putenv LEFT_BY_A_SANDBOX"), ("process", f"chdir {tmp_path}")]


def test_other_threads_do_what_they_want(outside, server, in_thread):
    def everything():
        (outside / "new").write_text("something")
        with socket.create_connection(server.server_address):
            pass
        return subprocess.run(["true"], check=True).returncode

    with kept_in() as recorded:
        assert in_thread(everything) == 0
    assert not recorded.effects
    assert (outside / "new").read_text() == "something"


def test_everything_is_allowed_again_afterwards(outside):
    with kept_in():
        pass
    (outside / "new").write_text("something")
    assert subprocess.run(["true"], check=True).returncode == 0
