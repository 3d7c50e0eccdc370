"""The commands: what they print, and the one line that a mistake ends with."""

import json
from io import StringIO

import pytest
from django.contrib.auth.models import Group, User
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
        set_mode(NAME, "cqrs", by="ann", reason="[ok]", force=True)
        printed = run("cqrs_endpoint", "list")
        assert "GET routed:missing_async" in printed
        assert "ann" in printed
        assert "[ok]" in printed

    def test_list_is_what_it_does_without_an_action(self):
        assert run("cqrs_endpoint") == run("cqrs_endpoint", "list")

    def test_list_as_json(self):
        set_mode(NAME, "cqrs", by="ann", reason="a trial", force=True)
        listed = {one["endpoint"]: one for one in json.loads(run("cqrs_endpoint", "list", "--json"))}
        assert (listed[NAME]["mode"], listed[NAME]["side"], listed[NAME]["by"]) == ("cqrs", "cqrs", "ann")
        assert listed["GET keyed"]["mode"] == "legacy"

    def test_show(self):
        assert json.loads(run("cqrs_endpoint", "show", NAME, "--json"))["endpoint"] == NAME
        assert "views.ok" in run("cqrs_endpoint", "show", NAME)

    def test_set(self):
        printed = run("cqrs_endpoint", "set", NAME, "shadow", "--reason", "measured")
        assert printed == f"{NAME} went from legacy to shadow.\n"
        change = ModeChange.objects.get()
        assert (change.endpoint, change.reason) == (NAME, "measured")
        assert change.by.endswith("(command line)")

    def test_set_understands_a_name_that_the_shell_split(self):
        assert "from legacy to shadow" in run("cqrs_endpoint", "set", *NAME.split(), "shadow")

    def test_set_says_when_nothing_changes(self):
        assert run("cqrs_endpoint", "set", NAME, "legacy") == f"{NAME} is in legacy already.\n"

    def test_set_as_json(self):
        printed = json.loads(run("cqrs_endpoint", "set", NAME, "shadow", "--json", "--dry-run"))
        assert {name: printed[name] for name in ("endpoint", "old", "new", "changed", "dry_run")} == {
            "endpoint": NAME,
            "old": "legacy",
            "new": "shadow",
            "changed": True,
            "dry_run": True,
        }

    def test_set_with_dry_run_changes_nothing(self):
        assert run("cqrs_endpoint", "set", NAME, "shadow", "--dry-run") == (
            f"{NAME} would go from legacy to shadow.\n"
        )
        assert not EndpointMode.objects.exists()

    def test_promote_goes_a_step_at_a_time_and_says_what_the_gate_lacks(self):
        assert run("cqrs_endpoint", "promote", NAME) == f"{NAME} went from legacy to shadow.\n"
        lacking = "0 requests compared, 100 needed."
        assert complaint("cqrs_endpoint", "promote", NAME) == (
            f"{NAME} cannot go from shadow to canary (5 %): {lacking}"
        )
        assert run("cqrs_endpoint", "promote", NAME, "--force", "--reason", "a trial") == (
            f"{NAME} went from shadow to canary (5 %). Without the gate: {lacking}\n"
        )

    def test_rollback_goes_back_to_legacy(self):
        set_mode(NAME, "cqrs", by="ann", reason="a trial", force=True)
        assert run("cqrs_endpoint", "rollback", NAME, "--reason", "slow") == (
            f"{NAME} went from cqrs to legacy.\n"
        )

    def test_recount_stays_in_the_mode_and_begins_a_stint(self):
        set_mode(NAME, "shadow", by="ann")
        assert run("cqrs_endpoint", "recount", NAME, "--reason", "corrected") == (
            f"{NAME} stays in shadow; evidence is counted anew.\n"
        )
        assert EndpointMode.objects.get(pk=NAME).stint == 2

    def test_set_says_who_is_in_a_canary(self):
        User.objects.create_user("ann")
        Group.objects.create(name="staff")
        words = ["--percent", "12.5", "--user", "ann", "--group", "staff", "--header", "X-Canary: yes"]
        printed = run("cqrs_endpoint", "set", NAME, "canary", "--force", "--reason", "a trial", *words)
        assert "to canary (12.5 %, 1 user, 1 group, header X-Canary: yes)" in printed
        printed = run("cqrs_endpoint", "set", NAME, "canary", "--percent", "10")
        assert "to canary (10 %, 1 user, 1 group, header X-Canary: yes)" in printed

    def test_a_share_of_the_comparisons_and_a_schedule_are_set(self):
        run("cqrs_endpoint", "set", NAME, "shadow", "--sample", "20", "--every", "15")
        status = json.loads(run("cqrs_endpoint", "show", NAME, "--json"))
        assert (status["sample_percent"], status["promote_every"]) == (20, 15)

    def test_history(self):
        set_mode(NAME, "cqrs", by="ann", reason="measured", force=True)
        set_mode("GET keyed", "cqrs", by="bob", reason="a trial", force=True)
        assert [one["by"] for one in json.loads(run("cqrs_endpoint", "history", "--json"))] == ["bob", "ann"]
        [change] = json.loads(run("cqrs_endpoint", "history", NAME, "--json"))
        assert (change["old"], change["new"], change["reason"]) == ("legacy", "cqrs", "measured")
        assert "measured" in run("cqrs_endpoint", "history", NAME)

    def test_history_of_an_endpoint_that_is_declared_no_more(self, project):
        set_mode(NAME, "cqrs", by="ann", reason="a trial", force=True)
        project.replace(())
        assert len(json.loads(run("cqrs_endpoint", "history", NAME, "--json"))) == 1

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            (["show", "GET nowhere"], "Unknown endpoint 'GET nowhere'. There are: "),
            (["history", "GET nowhere"], "Unknown endpoint 'GET nowhere'. There are: "),
            (["set", "GET nowhere", "cqrs"], "Unknown endpoint 'GET nowhere'. There are: "),
            (["set", NAME, "fast"], "Unknown mode 'fast'. There are: canary, cqrs, legacy, shadow."),
            (
                ["set", NAME, "canary", "--percent", "130"],
                "A percentage lies between 0 and 100, 130 does not.",
            ),
            (["set", NAME, "canary", "--percent", "-1"], "A percentage lies between 0 and 100, -1 does not."),
            (["set", NAME, "canary", "--percent", "many"], "'many' is no percentage."),
            (["set", NAME, "canary", "--user", "nobody"], "Unknown user 'nobody'. There is no user at all."),
            (["set", NAME, "canary", "--group", "none"], "Unknown group 'none'. There is no group at all."),
            (["set", NAME, "canary", "--header", "a b"], "'a b' is no request header: write X-Canary"),
            (
                ["set", NAME, "cqrs"],
                f"{NAME} cannot go from legacy to cqrs. From there it can go to: shadow.",
            ),
            (["set", NAME], "set needs an endpoint and a mode"),
            (
                ["frobnicate"],
                "Unknown action 'frobnicate'. There are: history, list, mismatches, promote, recount, retire, ",
            ),
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
