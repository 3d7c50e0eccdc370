import math
from datetime import UTC, date, datetime, time

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from legacy_app.seed.exceptions import BadOption, SeedError
from legacy_app.seed.plan import Plan
from legacy_app.seed.progress import progress_to
from legacy_app.seed.seeder import seed


class Command(BaseCommand):
    help = "Fill an empty database with customers, orders and rides over the last two years."

    def add_arguments(self, parser):
        parser.add_argument("--scale", default="1", help="1 is 2,000 customers and 20,000 orders (default)")
        parser.add_argument("--seed", default="1", help="whole number; the same one gives the same rows")
        parser.add_argument("--until", metavar="DATE", help="the last day, YYYY-MM-DD (default: yesterday)")
        parser.add_argument("--flush", action="store_true", help="empty customers, orders and rides first")

    def handle(self, *, scale, seed, until, flush, **options):
        try:
            self.run(Plan(scale=read_scale(scale), seed=read_seed(seed), until=read_until(until)), flush)
        except SeedError as error:
            raise CommandError(str(error), returncode=2) from None
        except DatabaseError as error:
            reason = str(error).strip().splitlines()[0]
            raise CommandError(f"The database is down or not migrated: {reason}", returncode=2) from None

    def run(self, plan, flush):
        with progress_to(self.stdout) as step:
            seed(plan, step, flush_first=flush)
        self.stdout.write("Log in as admin/admin, or as clerk1, customer1 or driver1 with the password demo.")


def read_scale(text) -> float:
    try:
        scale = float(text)
    except ValueError:
        scale = math.nan
    if not 0 < scale <= 1000:
        raise BadOption(f"--scale {text} is not a number above 0 and up to 1000.")
    return scale


def read_seed(text) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadOption(f"--seed {text} is not a whole number.") from None


def read_until(text) -> datetime:
    """Midnight after the last day."""
    try:
        day = date.fromisoformat(text) if text else datetime.now(UTC).date()
    except ValueError:
        raise BadOption(f"--until {text} is not a date like 2026-05-31.") from None
    return datetime.combine(day, time(), UTC)
