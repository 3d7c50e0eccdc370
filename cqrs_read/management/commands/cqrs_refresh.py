import signal
import threading
from argparse import ArgumentParser
from typing import Any

from cqrs_read.backfill.run import refuse_unmigrated
from cqrs_read.conf import settings
from cqrs_read.declaration.read_model import ReadModel, name_of, read_model_named, read_models
from cqrs_read.exceptions import NoReadModel
from cqrs_read.fan_out.order import in_dependency_order
from cqrs_read.refresh import Refreshed, refresh
from cqrs_read.refresh.follow import follow
from cqrs_read.standing.identity import identity_of, reason_not_there
from cqrs_read.standing.state import reason_not_current, state_of
from cqrs_write.arguments import Number, Seconds
from cqrs_write.cli import ServiceCommand


class Command(ServiceCommand):
    help = "Bring read models up to date, once or (--follow) for as long as the process lives."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "read_models", nargs="*", metavar="read_model", help="names; all if none is given"
        )
        parser.add_argument("--follow", action="store_true", help="go on until Ctrl-C or SIGTERM")
        parser.add_argument(
            "--interval", type=Seconds(0, 3600), help="seconds from one look at the changes to the next"
        )
        parser.add_argument(
            "--jobs",
            type=Number(1, 100),
            default=1,
            help="read models to refresh at the same time (with --follow)",
        )

    def serve(
        self,
        *,
        read_models: list[str],
        follow: bool,
        interval: float | None,
        jobs: int,
        json: bool,
        **options: Any,
    ) -> None:
        models = _chosen(read_models)
        there = [model for model in models if self._is_there(model)]
        if follow:
            self._follow(models, interval if interval is not None else settings().refresh_interval, jobs)
            return
        done = {name_of(model): refresh(model) for model in there}
        if json:
            self.print_json(
                {name: {"keys": item.keys, "rows": item.rows.written} for name, item in done.items()}
            )
        for name, item in done.items() if not json else ():
            self.stdout.write(_line(name, item))

    def _follow(self, models: list[type[ReadModel]], interval: float, jobs: int) -> None:
        stop = threading.Event()
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, lambda *args: stop.set())
        self.stdout.write(f"Following {', '.join(map(name_of, models))}. Ctrl-C stops.")
        follow(models, interval=interval, stopped=stop.is_set, jobs=jobs)

    def _is_there(self, model: type[ReadModel]) -> bool:
        """Whether ``model`` has a table; tells why it is not current, which following it may mend."""
        missing = reason_not_there(model, identity_of(model))
        if reason := missing or reason_not_current(model, state_of(model)):
            self.stderr.write(reason)
        return not missing


def _chosen(names: list[str]) -> list[type[ReadModel]]:
    """Those that are named, which must have tables; all if none is."""
    if not (chosen := [read_model_named(name) for name in names] or read_models()):
        raise NoReadModel(
            "There is no read model at all: the models.py of an installed app must import them."
        )
    for model in chosen if names else ():
        refuse_unmigrated(model)
    return in_dependency_order(chosen)


def _line(name: str, item: Refreshed) -> str:
    return f"{name}: {item.keys:,} keys, {item.rows.written:,} rows written, {item.rows.deleted:,} deleted"
