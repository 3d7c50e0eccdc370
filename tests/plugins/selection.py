"""Which tests belong to a run: tests for the other database and long ones are left out, not skipped."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("selection").addoption(
        "--long", action="store_true", help="Run the tests marked long as well."
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = {"sqlite", "postgresql"} - {config.option.database}
    if not config.option.long:
        left_out.add("long")
    deselected = [item for item in items if left_out.intersection(mark.name for mark in item.iter_markers())]
    if deselected:
        config.hook.pytest_deselected(items=deselected)
        gone = set(deselected)
        items[:] = [item for item in items if item not in gone]
