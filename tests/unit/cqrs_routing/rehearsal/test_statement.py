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
    ("sql", "tables"),
    [
        ('SELECT * FROM "a" INNER JOIN "b" ON ("a"."id" = "b"."id") LEFT OUTER JOIN "c" U1 ON true', "a b c"),
        ("SELECT 1 FROM a AS x, b y, c WHERE x.id IN (1, 2) ORDER BY y.id, z", "a b c"),
        (
            "SELECT (SELECT max(U0.p) FROM d U0) FROM a WHERE EXISTS (SELECT 1 FROM b) AND c IN (SELECT e FROM c)",
            "a b c d",
        ),
        ("SELECT 1 FROM (SELECT id FROM a WHERE x = 1) s, b, LATERAL (SELECT 1 FROM c) t", "a b c"),
        ("SELECT 1 FROM (a JOIN b USING (id)), unnest(%s, %s) u, c", "a b c id unnest"),
        ("SELECT 1 FROM a JOIN b ON b.x = coalesce(a.x, a.y), c", "a b c"),
        ("WITH x AS (SELECT * FROM a), y AS (SELECT * FROM x) SELECT 1 FROM y", "a x y"),
        ("SELECT 1 FROM a UNION ALL (SELECT 2 FROM b)", "a b"),
        ("UPDATE a SET x = b.x, y = 1 FROM b, c WHERE a.id = b.id", "b c"),
        ("DELETE FROM a USING b WHERE a.id = b.id RETURNING a.id, b.id", "a b"),
        ("MERGE INTO a USING b ON true WHEN MATCHED THEN DELETE", "b"),
        ("INSERT INTO a (x, y) SELECT x, y FROM ONLY b", "b"),
        ('select 1 from "else"."T" join Other on true', 'else"."T other'),
        ("SELECT 1 FROM /* not b */ a -- FROM c\n, d", "a d"),
        ("SELECT ' FROM b, ''FROM c' FROM a FOR UPDATE OF a", "a"),
        ("TABLE a", "a"),
        ("SELECT 1 FROM shop.else.a", 'else"."a'),
        ("SELECT 1)) FROM a, b", "a b"),
        ("INSERT INTO a VALUES (1)", ""),
        ("SELECT 1", ""),
    ],
)
def test_the_names_that_may_be_tables_it_reads(sql: str, tables: str) -> None:
    assert statement(sql).reads == set(tables.split())


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
    assert statement(
        "SELECT 1 WHERE 1 IN (" + ", ".join(["%s"] * 100_000) + ") UNION SELECT 1 FROM t"
    ).reads == {"t"}
