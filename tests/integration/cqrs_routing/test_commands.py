"""The commands: what they print, and the one line that a mistake ends with."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cqrs_routing.models import EndpointMode, ModeChange
from cqrs_routing.switching.switch import set_mode

NAME = "GET routed:ok"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("project")]


def run(*words, **options):
    out = StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def complaint(*words):
    """The one line that a command ends with."""
    with pytest.raises(CommandError) as end:
        run(*words)
    assert end.value.returncode == 2
    assert "\n" not in str(end.value)
    return str(end.value)


class TestEndpoint:
    def test_list_shows_every_endpoint_with_a_row_or_without(self):
        set_mode(NAME, "cqrs", by="ann", reason="[ok]")
        printed = run("cqrs_endpoint", "list")
        assert "GET routed:missing_async" in printed
        assert "ann" in printed
        assert "[ok]" in printed

    def test_list_is_what_it_does_without_an_action(self):
        assert run("cqrs_endpoint") == run("cqrs_endpoint", "list")

    def test_list_as_json(self):
        set_mode(NAME, "cqrs", by="ann")
        listed = {one["endpoint"]: one for one in json.loads(run("cqrs_endpoint", "list", "--json"))}
        assert (listed[NAME]["mode"], listed[NAME]["side"], listed[NAME]["by"]) == ("cqrs", "cqrs", "ann")
        assert listed["GET keyed"]["mode"] == "legacy"

    def test_show(self):
        assert json.loads(run("cqrs_endpoint", "show", NAME, "--json"))["endpoint"] == NAME
        assert "views.ok" in run("cqrs_endpoint", "show", NAME)

    def test_set(self):
        printed = run("cqrs_endpoint", "set", NAME, "cqrs", "--reason", "measured")
        assert printed == f"{NAME} went from legacy to cqrs.\n"
        change = ModeChange.objects.get()
        assert (change.endpoint, change.reason) == (NAME, "measured")
        assert change.by.endswith("(command line)")

    def test_set_understands_a_name_that_the_shell_split(self):
        assert "from legacy to cqrs" in run("cqrs_endpoint", "set", *NAME.split(), "cqrs")

    def test_set_says_when_nothing_changes(self):
        assert run("cqrs_endpoint", "set", NAME, "legacy") == f"{NAME} is in legacy already.\n"

    def test_set_as_json(self):
        printed = json.loads(run("cqrs_endpoint", "set", NAME, "cqrs", "--json", "--dry-run"))
        assert printed == {"endpoint": NAME, "old": "legacy", "new": "cqrs", "changed": True, "dry_run": True}

    def test_set_with_dry_run_changes_nothing(self):
        assert run("cqrs_endpoint", "set", NAME, "cqrs", "--dry-run") == (
            f"{NAME} would go from legacy to cqrs.\n"
        )
        assert not EndpointMode.objects.exists()

    def test_history(self):
        set_mode(NAME, "cqrs", by="ann", reason="measured")
        set_mode("GET keyed", "cqrs", by="bob")
        assert [one["by"] for one in json.loads(run("cqrs_endpoint", "history", "--json"))] == ["bob", "ann"]
        [change] = json.loads(run("cqrs_endpoint", "history", NAME, "--json"))
        assert (change["old"], change["new"], change["reason"]) == ("legacy", "cqrs", "measured")
        assert "measured" in run("cqrs_endpoint", "history", NAME)

    def test_history_of_an_endpoint_that_is_declared_no_more(self, project):
        set_mode(NAME, "cqrs", by="ann")
        project.replace(())
        assert len(json.loads(run("cqrs_endpoint", "history", NAME, "--json"))) == 1

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            (["show", "GET nowhere"], "Unknown endpoint 'GET nowhere'. There are: "),
            (["history", "GET nowhere"], "Unknown endpoint 'GET nowhere'. There are: "),
            (["set", "GET nowhere", "cqrs"], "Unknown endpoint 'GET nowhere'. There are: "),
            (["set", NAME, "fast"], "Unknown mode 'fast'. There are: cqrs, legacy."),
            (["set", NAME], "set needs an endpoint and a mode"),
            (["frobnicate"], "Unknown action 'frobnicate'. There are: history, list, set, show."),
        ],
    )
    def test_a_mistake_ends_with_one_line(self, words, expected):
        assert complaint("cqrs_endpoint", *words).startswith(expected)


class TestStatus:
    def test_it_shows_endpoints_read_models_and_queues(self):
        printed = run("cqrs_status")
        assert [title for title in ("Endpoints", "Read models", "Queues") if title in printed] == [
            "Endpoints",
            "Read models",
            "Queues",
        ]
        assert NAME in printed

    def test_a_read_model_without_a_table_is_one_line_among_the_others(self):
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE orders_cqrs_ordersummary RENAME TO orders_cqrs_hidden")
        printed = run("cqrs_status")
        assert "no table" in printed
        line = (
            "  orders_cqrs.OrderSummary: has no table 'orders_cqrs_ordersummary' yet. Run: manage.py migrate"
        )
        assert line in printed.splitlines()
        assert "customers_cqrs.CustomerCard" in printed

    def test_a_remedy_stays_in_one_line_however_narrow_the_terminal(self, monkeypatch):
        monkeypatch.setenv("COLUMNS", "40")
        remedy = "Run: manage.py cqrs_backfill orders_cqrs.OrderSummary"
        assert [line for line in run("cqrs_status").splitlines() if line.endswith(remedy)]

    def test_as_json(self):
        status = json.loads(run("cqrs_status", "--json"))
        assert list(status) == ["endpoints", "read_models", "queues", "change_logs"]
        assert NAME in {one["endpoint"] for one in status["endpoints"]}


@pytest.mark.parametrize("words", [["cqrs_status"], ["cqrs_endpoint", "list"], ["cqrs_endpoint", "history"]])
def test_tables_that_are_not_there_end_with_one_line(words):
    with connection.cursor() as cursor:
        for table in ("endpointmode", "modechange"):
            cursor.execute(f"ALTER TABLE cqrs_routing_{table} RENAME TO cqrs_routing_hidden_{table}")
    assert complaint(*words).startswith("Database: ")


def test_a_database_that_is_down_ends_with_one_line(spawn):
    down = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    process = spawn("manage.py", "cqrs_status", environment=down)
    assert process.wait() == 2
    last = process.output.strip().splitlines()[-1]
    assert last.startswith("CommandError: Database: ")
    assert "Traceback" not in process.output
