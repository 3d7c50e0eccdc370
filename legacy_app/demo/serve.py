"""The end with ``--serve``: everything stays up, and the demo says what to try."""

import json
import shlex
import sys
import time
from pathlib import Path

from legacy_app.demo.clients import ORDERS
from legacy_app.demo.stage import Stage
from legacy_app.seed.accounts import ADMIN, CLERKS, PASSWORD

CHECK_SECONDS = 0.5
COMMANDS = [
    "cqrs_status",
    "cqrs_endpoint rollback 'GET orders:order-list'",
    "cqrs_endpoint set 'GET orders:order-list' cqrs --force --reason 'a trial'",
    "cqrs_endpoint history 'GET orders:order-list'",
    "cqrs_verify orders_cqrs.OrderSummary",
    "cqrs_commands list --limit 5",
]


def serve(stage: Stage) -> None:
    """Wait for Ctrl-C, and raise ``ProcessDied`` if a process ends before."""
    for line in invitation(stage):
        stage.narrator.say(line)
    while True:
        stage.stack.check()
        time.sleep(CHECK_SECONDS)


def invitation(stage: Stage) -> list[str]:
    address, curl = stage.stack.address, f"curl -i -H 'Authorization: Token {stage.shop.tokens[0]}'"
    shown = [f"{name}={shlex.quote(value)}" for name, value in stage.stack.environment.items()]
    return [
        "",
        "Everything runs until Ctrl-C.",
        f"Site:  {address}/api/docs/   log in as {CLERKS[0]} with the password {PASSWORD}",
        f"Admin: {address}/admin/   log in as {ADMIN} with the password {ADMIN}",
        "",
        "See which side answers, in the header Server-Timing; place an order without waiting for it:",
        f"  {curl} '{address}{ORDERS}?page_size=1'",
        f"  {curl} -H 'Prefer: respond-async' -H 'Content-Type: application/json' \\",
        f"    -d '{json.dumps(example_order(stage))}' {address}{ORDERS}",
        "",
        "In another terminal, in this folder:",
        f"  export {' '.join(shown)}",
        *(f"  {python()} manage.py {command}" for command in COMMANDS),
        "",
        "Logs:",
        *(f"  {process.name}: {process.log}" for process in stage.stack.processes),
    ]


def example_order(stage: Stage) -> dict[str, object]:
    lines = [{"sku": stage.shop.skus[0], "quantity": 1}]
    return {"customer": stage.shop.customers[0], "lines": lines, "note": "By hand"}


def python() -> str:
    """The interpreter as one would type it here."""
    program, here = Path(sys.executable), Path.cwd()
    return str(program.relative_to(here)) if program.is_relative_to(here) else str(program)
