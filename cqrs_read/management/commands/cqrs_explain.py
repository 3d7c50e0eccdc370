from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from cqrs_read.declaration.read_model import read_model_named
from cqrs_read.explain import ExplainedDependency, explain
from cqrs_write.cli import ServiceCommand


class Command(ServiceCommand):
    help = (
        "Show what a read model depends on, how changes reach it, its SQL, and the indexes that are missing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("read_model", help="its name, e.g. orders_cqrs.OrderSummary")

    def serve(self, *, read_model: str, json: bool, **options: Any) -> None:
        explanation = explain(read_model_named(read_model))
        if json:
            self.print_json(asdict(explanation))
            return
        self._print(f"{read_model}, from {explanation.source} in the database '{explanation.using}'")
        self._title("Dependencies and their fan-out")
        for dependency in explanation.dependencies:
            self._dependency(dependency)
        self._title("Triggers")
        for triggers in explanation.triggers:
            self._print(f"  {triggers.table}: {triggers.state}")
        self._title("The rows of some keys")
        self._print(explanation.sql)
        self._title("Indexes that are missing")
        for index in explanation.missing_indexes:
            self._print(f"  {index}\n  {index.statement}")
        if not explanation.missing_indexes:
            self._print("  none")

    def _dependency(self, dependency: ExplainedDependency) -> None:
        self._print(f"  {dependency.fan_out}")
        self._print(f"    columns: {', '.join(dependency.columns)}")
        self._print(f"    change log: {dependency.stream}")
        if dependency.expansion:
            self._print("\n".join(f"    {line}" for line in dependency.expansion.splitlines()))

    def _title(self, text: str) -> None:
        self._print(f"\n{text}")

    def _print(self, text: str) -> None:
        self.stdout.write(text)
