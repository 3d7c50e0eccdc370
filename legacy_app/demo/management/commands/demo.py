import json
import signal
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from legacy_app.demo.exceptions import CannotStart, DemoError
from legacy_app.demo.narrator import Narrator
from legacy_app.demo.options import Options
from legacy_app.demo.outcome import Outcome, outcome_of
from legacy_app.demo.programme import PROGRAMME, play
from legacy_app.demo.report import report
from legacy_app.demo.serve import serve
from legacy_app.demo.stage import Stage

INTERRUPTED = 130
# The scale and the clients with which a run takes less than three minutes.
ON_SERVERS = 1.0, 6
ON_SQLITE = 0.3, 3


class Command(BaseCommand):
    help = (
        "Move both order endpoints of the sample shop to CQRS and back, under load, by way of shadow, rehearsals and "
        "canaries, with mistakes in the new side that must be found. Count what went wrong."
    )
    requires_system_checks = []  # They ask the database, which does not run yet.

    def add_arguments(self, parser):
        parser.add_argument("--scale", type=float, help="1 is 20,000 orders (default: 1, with --sqlite 0.3)")
        parser.add_argument(
            "--seconds", type=float, default=30.0, help="how long the load goes on, at least (default: 30)"
        )
        parser.add_argument(
            "--clients", type=int, help="concurrent HTTP clients (default: 6, with --sqlite 3)"
        )
        parser.add_argument("--port", type=int, help="of the web server (default: a free one)")
        parser.add_argument("--sqlite", action="store_true", help="do without PostgreSQL and Redis")
        parser.add_argument("--serve", action="store_true", help="keep everything running until Ctrl-C")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file")

    def handle(self, *, scale, clients, **options):
        default_scale, default_clients = ON_SQLITE if options["sqlite"] else ON_SERVERS
        names = ("seconds", "port", "sqlite", "serve", "json")
        chosen = Options(
            scale=default_scale if scale is None else scale,
            clients=default_clients if clients is None else clients,
            **{name: options[name] for name in names},
        )
        if chosen.problem:
            raise CommandError(chosen.problem, returncode=2)
        signal.signal(signal.SIGTERM, interrupt)
        try:
            outcome = self.run(chosen)
        except KeyboardInterrupt:
            self.stderr.write("Interrupted: every process that the demo started has ended.")
            sys.exit(INTERRUPTED)
        except CannotStart as error:
            raise CommandError(str(error), returncode=2) from None
        except DemoError as error:
            raise CommandError(str(error)) from None
        if not outcome.perfect:
            sys.exit(1)

    def run(self, options: Options) -> Outcome:
        narrator = Narrator(self.stdout)
        with Stage(options, narrator) as stage:
            play(PROGRAMME, stage)
            outcome = outcome_of(stage)
            narrator.show(report(outcome))
            if options.json:
                options.json.write_text(json.dumps(outcome.document(), indent=2) + "\n")
            if options.serve:
                serve(stage)
        return outcome


def interrupt(number, frame):
    raise KeyboardInterrupt
