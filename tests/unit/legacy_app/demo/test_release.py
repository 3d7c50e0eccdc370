"""A release is deployed to every process by a file."""

import pytest

from legacy_app.demo.releases.release import FILE, Release, deploy, deployed


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv(FILE, str(tmp_path / "release.json"))
    return tmp_path / "release.json"


def test_before_the_first_deployment_there_is_no_mistake(file):
    assert deployed() == Release()


def test_the_latest_deployment_counts(file):
    deploy(Release(placing="draft"), file)
    deploy(Release(order_list="slow", seconds=1.5), file)

    assert deployed() == Release(order_list="slow", seconds=1.5)


def test_who_is_not_told_of_a_file_has_no_mistake(monkeypatch):
    monkeypatch.delenv(FILE, raising=False)

    assert deployed() == Release()
