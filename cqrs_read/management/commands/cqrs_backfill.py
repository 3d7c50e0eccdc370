from argparse import ArgumentParser
from typing import Any

from cqrs_read import backfill
from cqrs_read.backfill.report import line_of, report_of, reports
from cqrs_read.backfill.run import refuse_unmigrated
from cqrs_read.backfill.states import unfinished_or_refuse
from cqrs_read.backfill.throttle import Throttle
from cqrs_read.compute.chunk import estimated_rows
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of, read_model_named, read_models
from cqrs_read.exceptions import NoSuchRun
from cqrs_read.fan_out.order import in_dependency_order
from cqrs_read.interrupt import Interrupt
from cqrs_read.models import BackfillRun
from cqrs_read.progress import progress_bar
from cqrs_read.standing.state import state_of
from cqrs_read.standing.unready import unready
from cqrs_read.standing.version import version_named
from cqrs_write.cli import ServiceCommand

ACTS = {
    "pause": (backfill.pause, "is paused; --resume lets it go on"),
    "resume": (backfill.resume, "goes on, by the refresher or by: manage.py cqrs_backfill {}"),
    "cancel": (backfill.cancel, "is cancelled"),
}


class Command(ServiceCommand):
    help = (
        "Fill read models while the system runs, those that others are computed from first. "
        "Ctrl-C pauses it; the same command goes on from there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "read_models",
            nargs="*",
            metavar="read_model",
            help="names, e.g. orders_cqrs.OrderSummary; all that are not ready if none is given",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be done")
        acts = parser.add_mutually_exclusive_group()
        acts.add_argument("--status", action="store_true", help="say how far runs are, and what holds them")
        acts.add_argument("--pause", action="store_true", help="let the run rest before its next chunk")
        acts.add_argument("--resume", action="store_true", help="let a paused or failed run go on")
        acts.add_argument("--cancel", action="store_true", help="end the run; its rows stay")

    def serve(
        self, *, read_models: list[str], dry_run: bool, json: bool, status: bool, **options: Any
    ) -> None:
        self.json, self.single = json, len(read_models) == 1 and not status
        if status:
            self._show([name_of(version_named(name)) for name in read_models])
        elif act := next((act for act in ACTS if options[act]), None):
            self._act([version_named(name) for name in read_models], act, dry_run=dry_run)
        elif dry_run:
            for model in self._chosen(read_models):
                self._foretell(model)
        else:
            self._fill(self._chosen(read_models))

    def _chosen(self, names: list[str]) -> list[type[ReadModel]]:
        """What to fill, sources first; all are looked at before the first is begun: a mistake costs no hours."""
        chosen = in_dependency_order([read_model_named(name) for name in names] or unready(read_models()))
        for model in chosen:
            refuse_unmigrated(model)
        if not names and not self.json:
            listed = ", ".join(map(name_of, chosen))
            self.stdout.write(f"Not ready: {listed}." if chosen else "Every read model is ready.")
        return chosen

    def _fill(self, models: list[type[ReadModel]]) -> None:
        done: list[BackfillRun] = []
        with Interrupt() as interrupt:
            for model in models:
                if interrupt.asked():
                    break
                with progress_bar(self.stderr, name_of(model)) as show:
                    run = backfill.backfill(model, on_chunk=show, stopped=interrupt.asked)
                if interrupt.by_person:
                    backfill.pause(run, "stopped by Ctrl-C")
                    run.refresh_from_db()
                done.append(run)
                self._tell(run)
        self._print_runs(done)

    def _act(self, models: list[type[ReadModel]], act: str, *, dry_run: bool) -> None:
        if not models:
            raise NoSuchRun(f"Which read model? Name those to {act}; --status lists the runs.")
        change, outcome = ACTS[act]
        done: list[BackfillRun] = []
        for run in [unfinished_or_refuse(name_of(model), projection_of(model).target) for model in models]:
            if dry_run:
                self.stdout.write(f"Would {act} the {run}, which is {run.state} at key {run.cursor}.")
                continue
            if not change(run):
                raise NoSuchRun(f"The {run} is {run.state}: nothing to {act}.")
            run.refresh_from_db()
            done.append(run)
            if not self.json:
                self.stdout.write(f"The {run} {outcome.format(run.read_model)}.")
        if not dry_run:
            self._print_runs(done)

    def _foretell(self, model: type[ReadModel]) -> None:
        run = backfill.unfinished(name_of(model), projection_of(model).target)
        goes_on = bool(run and run.cursor and state_of(model).position)
        begun = f"go on after key {run.cursor}" if run and goes_on else "begin with the first key"
        rows = f"about {estimated_rows(model):,} rows"
        self.stdout.write(f"Would fill {name_of(model)}, {rows}: {begun}.")
        if reason := Throttle(model).holds():
            self.stdout.write(f"It would wait now: {reason}")

    def _show(self, names: list[str]) -> None:
        found = [run for name in (names or (None,)) for run in reports(name)]
        for run in found:
            self._tell(run)
        if not found and not self.json:
            self.stdout.write("No run yet.")
        self._print_runs(found)

    def _tell(self, run: BackfillRun) -> None:
        if not self.json:
            self.stdout.write(line_of(run))

    def _print_runs(self, runs: list[BackfillRun]) -> None:
        """As JSON: of one read model that was named its run, otherwise a list."""
        if self.json:
            documents = [report_of(run) for run in runs]
            self.print_json(documents[0] if self.single and documents else documents)
