"""Random declarations, random writes, kills in between: every read model equals its declaration.

Hypothesis drives a state machine (``machine.py``) over a graph of models (``graph/``) in a database of its own:

* one or two **declarations** (``declarations.py``) over any model of the graph. Each column is drawn as a pair:
  Django code, and a function over plain rows that says what it must be (``expressions.py``, ``aggregates.py``,
  ``subqueries.py``, ``groups.py``). What is drawn at all is one table: ``kinds.py``;
* **writes** by every path (``orm_writes.py``, ``sql_writes.py``), on three connections whose transactions and
  savepoints stay open, commit out of order and are rolled back;
* **refreshes and backfills** in between, which are killed, cut off, or overtaken by another connection's commit
  between any two of their statements (``disturbances.py``); verifications, which must report nothing; trims.

After draining, each table equals what the oracle (``oracle.py``) computes in Python from the graph's rows.

A failure prints the declarations as classes, the steps with the code of each write, and a seed. The same examples
again: ``PROPERTY_SEED=<seed> pytest tests/property``; PROPERTY_EXAMPLES sets how many. Whoever wants the one
example only puts the ``@reproduce_failure(...)`` that is printed above the class ``ReadModels``.
"""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.property.database import Database, graph_database
from tests.property.machine import ReadModels

EXAMPLES = {"postgresql": 100, "sqlite": 250}
"""What takes about a minute of one core that has nothing else to do: two minutes of ``make test``."""
LONG_EXAMPLES, SHARDS = 10_000, 20
"""Of each database, so that ``make test-long`` tries 20,000."""
STEPS = 30
"""Of one example, at most."""


@pytest.fixture
def database(transactional_db: None, tmp_path: Path) -> Iterator[Database]:
    with graph_database(tmp_path) as found:
        yield found


def run(database: Database, examples: int) -> None:
    number = int(os.environ.get("PROPERTY_SEED", random.randrange(2**32)))
    ReadModels.database = database
    try:
        run_state_machine_as_test(
            seed(number)(ReadModels),
            settings=settings(
                max_examples=int(os.environ.get("PROPERTY_EXAMPLES", examples)),
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    except BaseException as error:
        error.add_note(f"The same examples again: PROPERTY_SEED={number}")
        raise


def test_every_read_model_equals_its_declaration(database: Database) -> None:
    run(database, EXAMPLES[database.vendor])


@pytest.mark.long
@pytest.mark.parametrize("shard", range(SHARDS))
def test_in_many_more_examples(database: Database, shard: int) -> None:
    run(database, LONG_EXAMPLES // SHARDS)
