"""What the fixtures promise to the tests: the same database in other processes, and an end to these."""

import os
import signal
import socket
import time

import pytest
from django.contrib.auth.models import User

COUNT_USERS = "from django.contrib.auth.models import User; print(User.objects.count(), 'users')"
LEAVES_A_CHILD = """
import os, socket, time
server = socket.create_server(("127.0.0.1", 0))
if os.fork() == 0:
    print("port", server.getsockname()[1], "is held", flush=True)
time.sleep(60)
"""


@pytest.mark.django_db(transaction=True)
def test_a_process_sees_what_the_test_wrote(spawn):
    User.objects.create_user("ada")
    process = spawn("manage.py", "shell", "-c", COUNT_USERS)
    assert process.wait() == 0, process.output
    assert "1 users" in process.output


@pytest.mark.django_db(transaction=True)
def test_the_database_is_empty_again():
    assert not User.objects.exists()


def test_redis_is_this_workers_and_empty(redis_client):
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        assert redis_client.get_connection_kwargs()["db"] == int(worker.removeprefix("gw")) + 1
    assert redis_client.dbsize() == 0
    redis_client.set("left", "behind")


def test_redis_is_empty_again(redis_client):
    assert redis_client.dbsize() == 0


def test_a_killed_process_takes_its_children_along(spawn):
    process = spawn("-c", LEAVES_A_CHILD)
    process.wait_for(" is held")
    port = int(process.output.split()[1])
    process.kill()
    assert process.exit_code == -signal.SIGKILL
    deadline = time.monotonic() + 10
    while listens(port):
        assert time.monotonic() < deadline, "the child lives on"
        time.sleep(0.02)


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_a_process_that_ends_early_is_told_with_its_output(spawn):
    process = spawn("-c", "print('nothing to do'); raise SystemExit(3)")
    with pytest.raises(AssertionError, match=r"ended with 3.*\nnothing to do"):
        process.wait_for("ready")


def test_a_process_that_hangs_is_told_with_its_output(spawn):
    process = spawn("-c", "import time; print('thinking'); time.sleep(60)")
    process.wait_for("thinking")
    with pytest.raises(AssertionError, match=r"to end within 0.1 s:\nthinking"):
        process.wait(0.1)
    assert process.stop() == -signal.SIGTERM
