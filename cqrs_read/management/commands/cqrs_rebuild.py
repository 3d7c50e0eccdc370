from argparse import ArgumentParser
from typing import Any

from cqrs_read import backfill
from cqrs_read.backfill.report import line_of, report_of
from cqrs_read.compute.chunk import estimated_rows
from cqrs_read.declaration.read_model import ReadModel, name_of, read_model_named
from cqrs_read.interrupt import Interrupt
from cqrs_read.progress import progress_bar
from cqrs_read.rebuild import Rebuilt, being_built, cancel, changed, rebuild
from cqrs_read.rebuild.run import refuse
from cqrs_read.standing.version import next_version
from cqrs_write.cli import ServiceCommand


class Command(ServiceCommand):
    help = (
        "Build the next version of read models beside the ones that serve, and swap them. "
        "Ctrl-C pauses it; the same command goes on from there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "read_models",
            nargs="*",
            metavar="read_model",
            help="names; all whose declaration has changed (with --cancel: that are being built) if none is given",
        )
        parser.add_argument("--force", action="store_true", help="also where the declaration has not changed")
        parser.add_argument("--cancel", action="store_true", help="give up the version that is being built")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done")

    def serve(
        self, *, read_models: list[str], force: bool, dry_run: bool, json: bool, **options: Any
    ) -> None:
        named = [read_model_named(name) for name in read_models]
        if options["cancel"]:
            self._cancel(named or being_built(), dry_run=dry_run)
            return
        chosen = named or changed()
        if not chosen and not json:
            self.stdout.write("Every read model is what its declaration says.")
        # All are looked at before the first is begun: a mistake costs no hours.
        for model in chosen:
            refuse(model, force=force)
        if dry_run:
            for model in chosen:
                self.stdout.write(f"Would build {name_of(model)} anew, about {estimated_rows(model):,} rows.")
            return
        done = self._rebuild(chosen, force=force)
        if json:
            documents = [{**report_of(item.run), "swapped": item.swapped} for item in done]
            self.print_json(documents)
        for item in done if not json else ():
            self.stdout.write(_line(item))

    def _rebuild(self, chosen: list[type[ReadModel]], *, force: bool) -> list[Rebuilt]:
        done: list[Rebuilt] = []
        with Interrupt() as interrupt:
            for model in chosen:
                if interrupt.asked():
                    break
                with progress_bar(self.stderr, name_of(model)) as show:
                    item = rebuild(model, force=force, on_chunk=show, stopped=interrupt.asked)
                if interrupt.by_person and not item.swapped:
                    backfill.pause(item.run, "stopped by Ctrl-C")
                item.run.refresh_from_db()
                done.append(item)
        return done

    def _cancel(self, chosen: list[type[ReadModel]], *, dry_run: bool) -> None:
        if not chosen:
            self.stdout.write("No next version is being built.")
        for model in chosen:
            if dry_run:
                self.stdout.write(f"Would give up {name_of(next_version(model))}.")
            elif cancel(model):
                self.stdout.write(f"{name_of(model)}: the version that was being built is given up.")
            else:
                self.stdout.write(f"{name_of(model)}: no version is being built.")


def _line(item: Rebuilt) -> str:
    line = line_of(item.run)
    return f"{line}, and swapped" if item.swapped else line
