"""Real triggers on the graph's tables, for as long as a test needs them."""

from collections.abc import Iterator
from contextlib import contextmanager

from cqrs_read import ReadModel
from cqrs_read.fan_out.dependencies import dependencies
from cqrs_write.capture import plan
from cqrs_write.capture.install import install
from cqrs_write.capture.table import Watch


@contextmanager
def captured(read_model: type[ReadModel]) -> Iterator[None]:
    def watches(using: str) -> list[Watch]:
        return [item.watch for item in dependencies(read_model)]

    plan.watch_source(watches)
    try:
        install("default")
        yield
    finally:
        plan._sources.remove(watches)
        install("default")
