"""SQL that begins or ends a transaction."""

import pytest

from cqrs_routing.sandbox.statements import transaction_command


@pytest.mark.parametrize(
    ("sql", "command"),
    [
        ("COMMIT", "COMMIT"),
        ("commit work", "COMMIT"),
        ("  \n commit;", "COMMIT"),
        ("-- a reason\nCOMMIT", "COMMIT"),
        ("/* a\nreason */ commit", "COMMIT"),
        ("END", "END"),
        ("BEGIN IMMEDIATE", "BEGIN"),
        ("start   transaction read only", "START TRANSACTION"),
        ("PREPARE TRANSACTION 'x'", "PREPARE TRANSACTION"),
        ("rollback", "ROLLBACK"),
        ("ROLLBACK AND CHAIN", "ROLLBACK"),
        ("ABORT", "ABORT"),
        ("UPDATE a SET b = 1; COMMIT", "COMMIT"),
        ("UPDATE a SET b = 1; /* now */ commit; SELECT 1", "COMMIT"),
        ("SELECT 1;ROLLBACK", "ROLLBACK"),
    ],
)
def test_it_is_told(sql, command):
    assert transaction_command(sql) == command


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        'SAVEPOINT "s1"',
        "ROLLBACK TO s1",
        "rollback to savepoint s1",
        "ROLLBACK TRANSACTION TO SAVEPOINT s1",
        "RELEASE SAVEPOINT s1",
        "PREPARE plan AS SELECT 1",
        "SELECT 'commit'",
        "UPDATE commit SET begin = 1",
        "SELECT CASE WHEN true THEN 1 END",
        "DO $$ BEGIN PERFORM 1; END $$",
        "beginning",
        "",
    ],
)
def test_what_stays_in_the_transaction_is_left_alone(sql):
    assert transaction_command(sql) == ""
