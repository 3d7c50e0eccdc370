"""What a statement is can be told from its text."""

import pytest

from cqrs_routing.rehearsal.statement import statement


@pytest.mark.parametrize(
    ("sql", "verb"),
    [
        ("SELECT 1", "SELECT"),
        ("  (select 1) union (select 2)", "SELECT"),
        ("/* by: view */ UPDATE t SET a = 1", "UPDATE"),
        ("-- why\n\tinsert into t values (1)", "INSERT"),
        ("WITH x AS (SELECT 1) SELECT * FROM x", "WITH"),
        ("", ""),
        ("-- nothing", ""),
    ],
)
def test_its_verb(sql: str, verb: str) -> None:
    assert statement(sql).verb == verb


@pytest.mark.parametrize(
    ("sql", "verb", "name"),
    [
        ('SAVEPOINT "s1_x1"', "SAVEPOINT", "s1_x1"),
        ("savepoint Before", "SAVEPOINT", "before"),
        ('RELEASE SAVEPOINT "s1_x1"', "RELEASE", "s1_x1"),
        ("RELEASE a", "RELEASE", "a"),
        ('ROLLBACK TO SAVEPOINT "S"', "ROLLBACK", "S"),
        ("ROLLBACK WORK TO a", "ROLLBACK", "a"),
        ("ROLLBACK", "ROLLBACK", ""),
        ("COMMIT AND CHAIN", "COMMIT", ""),
    ],
)
def test_its_savepoint(sql: str, verb: str, name: str) -> None:
    found = statement(sql)

    assert (found.verb, found.savepoint) == (verb, name)
    assert found.ends_transaction is (not name)


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ('INSERT INTO "orders_order" ("id") VALUES (%s)', {"orders_order"}),
        ("UPDATE ONLY Orders SET a = 1", {"orders"}),
        ('DELETE FROM "odd ""name"""', {'odd "name"'}),
        ("MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE", {"t"}),
        ("TRUNCATE TABLE a", {"a"}),
        ('INSERT INTO "else"."t" VALUES (1)', {'else"."t'}),
        ("WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone", {"a", "b"}),
        ("WITH x AS (SELECT 1) UPDATE t SET a = 1", {"t"}),
        ("INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET a = 1", {"t"}),
        ("SELECT * FROM t FOR UPDATE OF t", set()),
        ("SELECT 'update t'", set()),
        ("UPDATE a SET x = 1; UPDATE b SET x = 1", {"a", "b"}),
    ],
)
def test_the_tables_that_it_writes_to(sql: str, tables: set[str]) -> None:
    assert statement(sql).writes == tables


@pytest.mark.parametrize(
    ("sql", "hidden"),
    [
        ("UPDATE t SET a = 1; COMMIT", True),
        ("BEGIN; SELECT 1", False),
        ("UPDATE t SET a = 1; UPDATE t SET a = 2;", False),
        ("DO $$ BEGIN PERFORM 1; END $$", False),
    ],
)
def test_whether_a_later_part_of_it_begins_or_ends_a_transaction(sql: str, hidden: bool) -> None:
    assert statement(sql).hidden is hidden


def test_a_text_of_megabytes_is_read_as_well() -> None:
    assert statement("INSERT INTO t VALUES " + ", ".join(["(%s, %s)"] * 100_000)).writes == {"t"}
