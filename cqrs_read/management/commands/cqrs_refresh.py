import signal
import threading
from argparse import ArgumentParser
from typing import Any

from cqrs_read.conf import settings
from cqrs_read.follow import follow
from cqrs_read.read_model import ReadModel, name_of, read_model_named, read_models
from cqrs_read.refresh import Refreshed, refresh
from cqrs_read.state import reason_not_current, state_of
from cqrs_write.cli import ServiceCommand


class Command(ServiceCommand):
    help = "Bring read models up to date, once or (--follow) for as long as the process lives."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "read_models", nargs="*", metavar="read_model", help="names; all if none is given"
        )
        parser.add_argument("--follow", action="store_true", help="go on until Ctrl-C or SIGTERM")
        parser.add_argument("--interval", type=float, help="seconds to wait when nothing has changed")

    def serve(
        self, *, read_models: list[str], follow: bool, interval: float | None, json: bool, **options: Any
    ) -> None:
        models = _chosen(read_models)
        for reason in filter(None, (reason_not_current(model, state_of(model)) for model in models)):
            self.stderr.write(reason)
        if follow:
            self._follow(models, interval if interval is not None else settings().refresh_interval)
            return
        done = {name_of(model): refresh(model) for model in models}
        if json:
            self.print_json(
                {name: {"keys": item.keys, "rows": item.rows.written} for name, item in done.items()}
            )
        for name, item in done.items() if not json else ():
            self.stdout.write(_line(name, item))

    def _follow(self, models: list[type[ReadModel]], interval: float) -> None:
        stop = threading.Event()
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, lambda *args: stop.set())
        self.stdout.write(f"Following {', '.join(map(name_of, models))}. Ctrl-C stops.")
        follow(models, interval=interval, stopped=stop.is_set)


def _chosen(names: list[str]) -> list[type[ReadModel]]:
    return [read_model_named(name) for name in names] or read_models()


def _line(name: str, item: Refreshed) -> str:
    return f"{name}: {item.keys:,} keys, {item.rows.written:,} rows written, {item.rows.deleted:,} deleted"
