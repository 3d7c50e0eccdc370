"""``cqrs_compare``: both sides answer the requests of a file, in one moment, whatever the mode."""

import json
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection

from cqrs_routing.traffic.totals import totals
from legacy_app.orders_cqrs.read_models import OrderSummary

from .conftest import NAME, titles

pytestmark = pytest.mark.django_db(transaction=True)

LOG = """\
10.0.0.1 - - [10/Oct/2026:13:55:36 +0000] "GET /api/orders/ HTTP/1.1" 200 5316
10.0.0.1 - - [10/Oct/2026:13:55:37 +0000] "POST /api/orders/ HTTP/1.1" 201 316
10.0.0.1 - - [10/Oct/2026:13:55:38 +0000] "GET /api/orders/?page_size=2&page=2 HTTP/1.1" 200 816
10.0.0.1 - - [10/Oct/2026:13:55:39 +0000] "GET /api/docs/ HTTP/1.1" 200 816
10.0.0.1 - - [10/Oct/2026:13:55:40 +0000] "GET /nowhere/ HTTP/1.1" 404 8
"""


@pytest.fixture
def log(shop, tmp_path):
    User.objects.create_user("clerk", is_staff=True)
    path = tmp_path / "access.log"
    path.write_text(LOG)
    return str(path)


def run(*words):
    """What it prints, and its exit code."""
    out = StringIO()
    try:
        call_command("cqrs_compare", *words, stdout=out, stderr=StringIO())
    except SystemExit as end:
        return out.getvalue(), end.code
    return out.getvalue(), 0


def test_equal_answers(log):
    printed, code = run(log, "--user", "clerk", "--json")
    assert code == 0
    assert [(one["path"], one["outcome"]) for one in json.loads(printed)] == [
        ("/api/orders/", "same"),
        ("/api/orders/?page_size=2&page=2", "same"),
    ]
    assert totals(NAME)["shadow"].other("compared") == 2


def test_differences_are_told_kept_and_the_exit_code(log):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {OrderSummary._meta.db_table} SET status = 'lost'")
    printed, code = run(log, "--user", "clerk")
    assert code == 1
    assert "2 times: results[].status changed" in printed
    assert titles() == {"results[].status changed": 2}


def test_several_users_take_turns(log):
    printed, _ = run(log, "--user", "clerk", "--user", "ada", "--limit", "1", "--json")
    assert len(json.loads(printed)) == 1


def test_a_file_without_such_requests(tmp_path, shop):
    path = tmp_path / "urls"
    path.write_text("/nowhere/\n")
    assert run(str(path))[0] == "No request in it is one of a declared endpoint that reads.\n"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["/no/such/file"], "/no/such/file cannot be read: No such file or directory."),
        (["-", "--user", "nobody"], "Unknown user 'nobody'."),
        (["-", "--endpoint", "GET nowhere"], "Unknown endpoint 'GET nowhere'."),
    ],
)
def test_a_mistake_ends_with_one_line(words, line, db):
    with pytest.raises(CommandError) as end:
        run(*words)
    assert str(end.value).startswith(line)
