"""Paths that may be written to."""

import os
import tempfile

import pytest

from cqrs_routing.sandbox.files import may_be_written


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def elsewhere(tmp_path, temporary):
    folder = tmp_path / "temporary files of others"
    folder.mkdir()
    return folder


def test_the_temporary_folder_may(temporary):
    for path in (
        temporary / "a",
        str(temporary / "a"),
        os.fsencode(temporary / "a"),
        temporary,
        temporary / "b" / "c",
    ):
        assert may_be_written(path)


def test_other_folders_may_not(elsewhere):
    assert not may_be_written(elsewhere / "a")
    assert not may_be_written("a")
    assert not may_be_written("")


def test_no_way_leads_out_of_the_temporary_folder(temporary, elsewhere):
    (temporary / "link").symlink_to(elsewhere)
    assert not may_be_written(temporary / ".." / "a")
    assert not may_be_written(temporary / "link" / "a")


def test_a_link_may_be_removed_where_what_it_leads_to_may_not_be_written(temporary, elsewhere):
    (temporary / "link").symlink_to(elsewhere / "a")
    assert may_be_written(temporary / "link")
    assert not may_be_written(temporary / "link", follow=True)


def test_devices_may(tmp_path, temporary):
    assert may_be_written(os.devnull)
    assert may_be_written("/dev/stderr", follow=True)
    assert not may_be_written("/dev/shm/a")


def test_bytecode_may(elsewhere, monkeypatch):
    assert may_be_written(elsewhere / "__pycache__" / "module.cpython-311.pyc.140")
    assert not may_be_written(elsewhere / "__pycache__.py")
    monkeypatch.setattr("sys.pycache_prefix", str(elsewhere))
    assert may_be_written(elsewhere / "module.pyc")


def test_a_path_may_begin_at_an_open_folder(temporary, elsewhere):
    inside, outside = (os.open(folder, os.O_RDONLY) for folder in (temporary, elsewhere))
    try:
        assert may_be_written("a", inside)
        assert not may_be_written("a", outside)
        assert not may_be_written(elsewhere / "a", inside)
    finally:
        os.close(inside)
        os.close(outside)
    assert not may_be_written("a", inside)


def test_an_open_file_has_the_path_that_it_was_opened_by(temporary, elsewhere):
    with open(temporary / "a", "w") as inside, open(elsewhere / "a", "w") as outside:
        assert may_be_written(inside.fileno())
        assert not may_be_written(outside.fileno())
