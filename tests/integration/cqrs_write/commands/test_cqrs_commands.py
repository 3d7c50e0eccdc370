import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cqrs_write.bus import accept
from cqrs_write.execution import drain

from .probe.commands import Break, Write
from .probe.models import Effect

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("cqrs_commands", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def dead():
    rows = [accept(Break(text=text)) for text in ("one", "two")]
    drain("probe", seconds=60)
    return rows


def test_commands_are_listed_and_filtered(dead):
    accept(Write(text="waits"))

    assert run("list").count("probe.") == 3
    assert run("list", "--state", "dead").count("probe.Break") == 2
    assert run("list", "--name", "probe.Write").count("probe.") == 1
    assert "probe." not in run("list", "--queue", "orders")
    assert len(json.loads(run("list", "--json", "--limit", "2"))) == 2


def test_one_is_shown_with_everything_that_is_known(dead):
    text = run("show", str(dead[0].uuid))

    assert "error: ValueError: one broke" in text
    assert "Traceback (most recent call last)" in text
    assert json.loads(run("show", str(dead[0].uuid), "--json"))["payload"] == {"text": "one", "lane": ""}


def test_a_dry_run_says_what_would_be_retried(dead):
    text = run("retry", "--all", "--dry-run")

    assert f"probe.Break {dead[0].uuid}: would retry" in text
    assert "2 dead commands." in text
    dead[0].refresh_from_db()
    assert dead[0].state == "dead"


@pytest.mark.parametrize(("action", "state"), [("retry", "accepted"), ("discard", "discarded")])
def test_dead_commands_are_retried_or_discarded_by_name_or_all_that_match(dead, action, state):
    assert "1 dead command." in run(action, str(dead[0].uuid))
    answer = json.loads(run(action, "--all", "--name", "probe.Break", "--json"))

    assert (answer["action"], [command["uuid"] for command in answer["commands"]]) == (
        action,
        [str(dead[1].uuid)],
    )
    for row in dead:
        row.refresh_from_db()
        assert row.state == state
    assert not Effect.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["retry"], "Name commands by their UUIDs, or say --all"),
        (["show"], "Name one command by its UUID"),
        (["list", "--queue", "ordres"], "Unknown queue 'ordres'. Did you mean orders"),
        (
            ["list", "--name", "PlaceOrdr"],
            "Unknown command 'PlaceOrdr'. Did you mean orders_cqrs.PlaceOrder?",
        ),
        (["show", "00000000-0000-0000-0000-000000000000"], "Unknown accepted command '00000000"),
    ],
)
def test_a_mistake_is_one_line_and_code_2(arguments, problem):
    with pytest.raises(CommandError, match=problem) as caught:
        run(*arguments)

    assert caught.value.returncode == 2
