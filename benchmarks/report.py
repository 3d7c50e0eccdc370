"""A benchmark's numbers as a table for people and as JSON for programs."""

import json
import sys
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.benchmark import Benchmark
from benchmarks.catalogue import BENCHMARKS

MARKS = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}


def table(benchmark: Benchmark, result: dict[str, Any]) -> Table:
    about = result["conditions"]
    waits = "every commit waits for the disk" if about["durable"] else "no commit waits for the disk"
    caption = (
        f"{about['scale'] * 20_000:,.0f} orders, {about['cores']} cores, PostgreSQL {about['postgresql']} "
        f"({waits}), Python {about['python']}"
    )
    shown = Table(
        title=benchmark.title, caption=caption, box=box.SIMPLE, title_justify="left", caption_justify="left"
    )
    for heading in ("figure", "measured", "target", "", "what it is"):
        shown.add_column(
            heading, justify="right" if heading == "measured" else "left", no_wrap=heading != "what it is"
        )
    for figure in benchmark.figures:
        value = result[figure.name]
        mark = "" if about["quick"] else MARKS[figure.is_met(value)]
        shown.add_row(figure.name, f"{value:,.2f}", figure.target, mark, figure.meaning)
    return shown


def show_list(console: Console) -> None:
    for benchmark in BENCHMARKS.values():
        console.print(f"[bold]{benchmark.name}[/]: {benchmark.title}", soft_wrap=True)
        for figure in benchmark.figures:
            named = f"{figure.name} ({figure.target})" if figure.target else figure.name
            console.print(f"  {named}: {figure.meaning}", highlight=False, soft_wrap=True)


def write_json(target: str, result: dict[str, Any]) -> None:
    text = json.dumps(result, indent=2) + "\n"
    if target == "-":
        sys.stdout.write(text)
    else:
        Path(target).write_text(text)
