"""Sandboxes beside ordinary work, in the threads of one process."""

import subprocess
import threading

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.cache import cache
from django.db import connections, transaction

from cqrs_routing.sandbox.active import alive
from cqrs_routing.sandbox.databases import in_custody
from cqrs_routing.sandbox.refusal import EffectRefused
from cqrs_routing.sandbox.sandbox import run, sandbox

from .outside import group_names

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20


def do_everything(name, folder, committed):
    """What a request may do; ``committed`` gets the name when its transaction is."""
    with transaction.atomic():
        Group.objects.create(name=name)
        transaction.on_commit(lambda: committed.append(name))
    mail.send_mail(name, "Text", None, ["a@example.com"])
    cache.set(name, name, timeout=60)
    assert cache.get(name) == name
    (folder / name).write_text(name)
    subprocess.run(["true"], check=True)


def test_one_thread_does_not_notice_the_sandbox_of_another(tmp_path, elsewhere, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    committed = []
    with sandbox() as recorded:
        elsewhere.call(do_everything, "real", tmp_path, committed)
        assert cache.get("real") == "real"
    assert (group_names(), committed) == (["real"], ["real"])
    assert [message.subject for message in mail.outbox] == ["real"]
    assert (tmp_path / "real").read_text() == "real"
    assert not recorded.effects


@pytest.mark.postgresql
def test_many_threads_do_what_they_want_while_others_are_in_sandboxes(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    committed, failures, start = [], [], threading.Barrier(6)

    def ordinary(number):
        for turn in range(ROUNDS):
            do_everything(f"real-{number}-{turn}", tmp_path, committed)

    def sandboxed(number):
        for turn in range(ROUNDS):
            name = f"sandboxed-{number}-{turn}"
            outcome = run(lambda name=name: do_everything(name, tmp_path, committed))
            assert isinstance(outcome.error, EffectRefused)
            assert [effect.kind for effect in outcome.effects] == ["mail", "cache", "file"]
            assert outcome.callbacks == 1
            assert not connections["default"].in_atomic_block

    def work(role, number):
        try:
            start.wait()
            role(number)
        except BaseException as error:  # noqa: BLE001  shown by the test
            failures.append(error)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=work, args=(role, n)) for n in range(3) for role in (ordinary, sandboxed)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    names = sorted(f"real-{number}-{turn}" for number in range(3) for turn in range(ROUNDS))
    assert failures == []
    assert group_names() == sorted(committed) == names
    assert sorted(message.subject for message in mail.outbox) == names
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert [name for name in names if cache.get(name) != name] == []
    assert not in_custody


def test_what_is_done_with_leaves_no_trace():
    before = set(alive)
    for _ in range(3):
        run(lambda: Group.objects.create(name="written"))
    assert alive == before
