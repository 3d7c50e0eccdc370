"""``manage.py cqrs_compare``: compare both sides' answers to the requests of a file."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import IO, Any

from cqrs_read.compute.chunk import Progress
from cqrs_read.progress import progress_bar
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.exceptions import RoutingError
from cqrs_routing.shadow.comparing import Compared, compared, samples_of
from cqrs_routing.shadow.requests import asked_in
from cqrs_routing.shadow.sample import Sample
from cqrs_routing.switching.members import user_named
from cqrs_routing.tables import comparison_table
from cqrs_routing.traffic.flush import flush
from cqrs_write.cli import ServiceCommand

DIFFERS = 1


class Command(ServiceCommand):
    help = (
        "Compare what both sides answer to the GET requests of an access log, or of a list of URLs, one a line. "
        "Nothing that they write stays. Exit code 1 if any differ."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "file", metavar="FILE", help="an access log or a list of URLs; - for what is piped in"
        )
        parser.add_argument("--user", action="append", metavar="NAME", help="who asks; several take turns")
        parser.add_argument(
            "--endpoint", action="append", metavar="NAME", help="only this one; repeat for several"
        )
        parser.add_argument(
            "--limit", type=int, default=1000, metavar="N", help="requests to compare, at most (1000)"
        )

    def serve(
        self,
        *,
        file: str,
        user: list[str] | None,
        endpoint: list[str] | None,
        limit: int,
        json: bool,
        **options: Any,
    ) -> None:
        only = [endpoints.get(name).name for name in endpoint or ()]
        users = [str(user_named(name).pk) for name in user or ()]
        with lines_of(file) as lines:
            samples = list(islice(samples_of(asked_in(lines), users, only), limit))
        compared = self.compare(samples)
        flush()
        if json:
            self.print_json([asdict(one) for one in compared])
        else:
            self.tell(compared)
        if any(one.outcome == "differs" for one in compared):
            sys.exit(DIFFERS)

    def compare(self, samples: list[Sample]) -> list[Compared]:
        found: list[Compared] = []
        with progress_bar(self.stderr, "Compared") as show:
            for done, sample in enumerate(samples, start=1):
                found += compared(sample)
                show(Progress(rows=done, estimated=len(samples)))
        return found

    def tell(self, compared: list[Compared]) -> None:
        if not compared:
            self.stdout.write("No request in it is one of a declared endpoint that reads.")
            return
        outcomes = Counter((one.endpoint, one.outcome) for one in compared)
        self.console.print(comparison_table(outcomes))
        for reason, times in Counter(one.reason for one in compared if one.reason).items():
            self.stdout.write(f"  {times} times: {reason}")


@contextmanager
def lines_of(file: str) -> Iterator[IO[str]]:
    if file == "-":
        yield sys.stdin
        return
    try:
        with Path(file).open(encoding="utf-8", errors="replace") as lines:
            yield lines
    except OSError as error:
        raise RoutingError(f"{file} cannot be read: {error.strerror}.") from error
