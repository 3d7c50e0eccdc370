"""The command line: which benchmark, how much data, and where the numbers go."""

import argparse
import json
import os
import platform
import signal
import sys
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console

from benchmarks.benchmark import Benchmark
from benchmarks.catalogue import BENCHMARKS
from benchmarks.exceptions import StandFailed
from benchmarks.report import show_list, table, write_json
from benchmarks.rivals.installation import rivals_python
from benchmarks.stand import python, seeded_stand
from legacy_app.servers import ServerError
from legacy_app.servers.binaries import find_postgresql

TABLE_WIDTH = 140
"""Columns of a table that nothing wraps."""


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    if options.list:
        show_list(Console())
        return 0
    if options.name not in {*BENCHMARKS, "all"}:
        return refused(f"Name a benchmark: {', '.join(BENCHMARKS)}, or all.")
    if options.json not in {None, "-"} and not Path(options.json).absolute().parent.is_dir():
        return refused(f"--json {options.json}: that folder does not exist.")
    try:
        results = {name: measured(BENCHMARKS[name], options) for name in chosen(options.name)}
    except (ServerError, StandFailed) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    if options.json:
        write_json(options.json, results if options.name == "all" else results[options.name])
    return 0


def refused(message: str) -> int:
    sys.stderr.write(f"{message}\n")
    return 2


def chosen(name: str) -> list[str]:
    return list(BENCHMARKS) if name == "all" else [name]


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python benchmarks/run.py",
        description="Measure what the toolkit costs and gains, against what a team would have without it. "
        "Servers are started for the occasion and stopped with it.",
        epilog="For figures to compare, leave the machine alone meanwhile.",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help=f"{', '.join(BENCHMARKS)}, or all")
    parser.add_argument("--list", action="store_true", help="say what each benchmark measures, and end")
    parser.add_argument(
        "--quick", action="store_true", help="little data, few rounds: whether it runs, no figures"
    )
    parser.add_argument("--durable", action="store_true", help="let every commit wait for the disk")
    parser.add_argument(
        "--scale", type=float, help="how much data: 1 is 20,000 orders (default: the benchmark's)"
    )
    parser.add_argument(
        "--json", nargs="?", const="-", metavar="FILE", help="write JSON, to stdout unless a file is named"
    )
    return parser


def measured(benchmark: Benchmark, options: argparse.Namespace) -> dict[str, Any]:
    """Run one benchmark on a stand of its own and show its figures."""
    console = console_of(sys.stderr if options.json == "-" else sys.stdout)
    scale = options.scale or (benchmark.quick_scale if options.quick else benchmark.scale)
    flags = ["--quick"] if options.quick else []
    if benchmark.rivals:
        with console.status("Installing what it is compared with"):
            rivals_python()
    with (
        console.status(f"Measuring {benchmark.name} with {scale * 20_000:,.0f} orders, for some minutes"),
        seeded_stand(scale, durable=options.durable, settings=benchmark.server) as environment,
    ):
        numbers = json.loads(python(environment, "-m", "benchmarks.child", benchmark.name, *flags))
    met = {figure.name: figure.is_met(numbers[figure.name]) for figure in benchmark.figures}
    result = {
        "benchmark": benchmark.name,
        **numbers,
        "targets": {figure.name: figure.target for figure in benchmark.figures if figure.target},
        "missed": [name for name, is_met in met.items() if is_met is False],
        "conditions": conditions(scale, options),
    }
    console.print(table(benchmark, result))
    return result


def console_of(stream: TextIO) -> Console:
    """A console as wide as the terminal, or as the table where there is none."""
    return Console(file=stream, width=None if stream.isatty() else TABLE_WIDTH)


def conditions(scale: float, options: argparse.Namespace) -> dict[str, Any]:
    return {
        "scale": scale,
        "quick": options.quick,
        "durable": options.durable,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "postgresql": find_postgresql().version,
    }
