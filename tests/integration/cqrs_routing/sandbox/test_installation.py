"""The patches: not there before the first sandbox, and then once."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys, threading
events = []
original, sys.addaudithook = sys.addaudithook, events.append

import django
django.setup()
from celery import Task
from django.core.cache.backends.locmem import LocMemCache
from django.core.mail import EmailMessage
from django.db.backends.base.base import BaseDatabaseWrapper
from cqrs_routing.sandbox.sandbox import run

METHODS = [
    (EmailMessage, "send"), (Task, "apply_async"), (LocMemCache, "set"), (BaseDatabaseWrapper, "on_commit"),
    (threading.Thread, "start"),
]

def patched():
    return [
        getattr(owner, name).__module__.startswith("cqrs_routing") or hasattr(getattr(owner, name), "__wrapped__")
        for owner, name in METHODS
    ]

assert patched() == [False] * 5 and events == [], patched()
threads = [threading.Thread(target=run, args=[int]) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for _ in range(10):
    run(int)
assert patched() == [True] * 5 and len(events) == 1, (patched(), events)
assert not any(hasattr(getattr(owner, name).__wrapped__, "__wrapped__") for owner, name in METHODS)
print("as it should be")
"""


def test_they_are_installed_by_the_first_sandbox_and_once():
    """In a process of its own, since they are never taken off."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[4],
        env={"DJANGO_SETTINGS_MODULE": "legacy_app.settings_cqrs", "PATH": ""},
    )
    assert done.stdout == "as it should be\n", done.stderr
