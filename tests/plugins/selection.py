"""Which tests belong to a run: tests for the other database and long ones are left out, not skipped."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("selection").addoption(
        "--long", action="store_true", help="Run the tests marked long as well."
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    deselected = [item for item in items if any(leaves_out(mark, config) for mark in item.iter_markers())]
    if deselected:
        config.hook.pytest_deselected(items=deselected)
        gone = set(deselected)
        items[:] = [item for item in items if item not in gone]


def leaves_out(mark: pytest.Mark, config: pytest.Config) -> bool:
    """Whether ``mark`` keeps its test out of this run: ``long("sqlite")`` is long in the run on SQLite only."""
    if mark.name == "long":
        return not config.option.long and (not mark.args or config.option.database in mark.args)
    return mark.name in {"sqlite", "postgresql"} - {config.option.database}
