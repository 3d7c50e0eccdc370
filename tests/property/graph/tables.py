"""The graph's tables in the database, and the rows that every example begins with."""

import datetime
from decimal import Decimal
from typing import Any

from django.db import models

from tests.property.graph.schema import KEYS, LINKS, MODELS, model_named

BY_HAND = ("Loan", "Reading", "Jotting")
"""Tables as Django does not make them: with a cascade of the database's, with partitions, without a key."""

LOAN = """
CREATE TABLE graph_loan (id {big} NOT NULL PRIMARY KEY,
    copy_id bigint NOT NULL REFERENCES graph_copy (id) ON DELETE CASCADE, day date NOT NULL, days integer);
CREATE INDEX graph_loan_copy ON graph_loan (copy_id)
"""
JOTTING = """
CREATE TABLE graph_jotting (id bigint NOT NULL, note text NOT NULL, stars integer,
    work_id bigint NOT NULL REFERENCES graph_work (id) DEFERRABLE INITIALLY DEFERRED);
CREATE UNIQUE INDEX graph_jotting_id ON graph_jotting (id);
CREATE INDEX graph_jotting_work ON graph_jotting (work_id)
"""
READING = {
    "postgresql": """
CREATE TABLE graph_reading (id bigint NOT NULL, region varchar(10) NOT NULL, minutes integer,
    work_id bigint NOT NULL REFERENCES graph_work (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE graph_reading_low PARTITION OF graph_reading FOR VALUES FROM (MINVALUE) TO (3);
CREATE TABLE graph_reading_high PARTITION OF graph_reading DEFAULT;
CREATE INDEX graph_reading_work ON graph_reading (work_id)
""",
    "sqlite": """
CREATE TABLE graph_reading (id bigint NOT NULL PRIMARY KEY, region varchar(10) NOT NULL, minutes integer,
    work_id bigint NOT NULL REFERENCES graph_work (id) DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX graph_reading_work ON graph_reading (work_id)
""",
}


def create_tables(connection: Any) -> None:
    """Make every table, and beside each a copy with the rows to begin with."""
    with connection.schema_editor() as editor:
        for name in MODELS:
            if name not in BY_HAND:
                editor.create_model(model_named(name))
    with connection.cursor() as cursor:
        big = "integer" if connection.vendor == "sqlite" else "bigint"
        for script in (LOAN.format(big=big), READING[connection.vendor], JOTTING):
            for statement in script.split(";"):
                cursor.execute(statement)
        populate()
        if connection.vendor == "postgresql":
            # The keys that a sequence gives are none that an example writes.
            cursor.execute("ALTER SEQUENCE graph_contribution_id_seq RESTART WITH 1000")
        for table in map(connection.ops.quote_name, _tables()):
            cursor.execute(f"CREATE TABLE {_kept(table)} AS SELECT * FROM {table}")


def restore_statements(connection: Any) -> list[str]:
    tables = list(map(connection.ops.quote_name, _tables()))
    return [
        *(f"DELETE FROM {table}" for table in reversed(tables)),
        *(f"INSERT INTO {table} SELECT * FROM {_kept(table)}" for table in tables),
        *(
            f"DELETE FROM {name}"
            for name in ("cqrs_change_log", "cqrs_read_model_state", "cqrs_backfill_run")
        ),
    ]


def _tables() -> list[str]:
    return [model_named(name)._meta.db_table for name in (*MODELS, *LINKS)]


def _kept(quoted: str) -> str:
    return f'"kept {quoted[1:]}'


def populate() -> None:
    """A few rows in each table; some keys of each are left free."""
    one, two, three = KEYS["Author"]
    big = KEYS["Work"][-1]
    day, noon = datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC)

    def new(model: str, /, **values: Any) -> models.Model:
        row: models.Model = model_named(model)(**values)
        row.save(force_insert=True)
        return row

    new("Country", code="no", name="Norge", population=5)
    new("Country", code="se", name="Sverige", population=None)
    new("Publisher", id=1, code="p1", name="One", founded=1900, country_id="no")
    new("Publisher", id=2, code="p2", name="Two", parent_id=1)
    new("Author", id=one, name="Ada", born=day, country_id="no")
    new("Author", id=two, name="Bo", active=False, country_id="se")
    new("Author", id=three, name="Zoë")
    new("Profile", id=1, author_id=one, bio="first", score=3)
    for slug, weight in (("blue", 1), ("red", 2)):
        new("Tag", slug=slug, label=slug.title(), weight=weight)
    common = {
        "available": True,
        "price": Decimal("9.99"),
        "publisher_id": "p1",
        "published": noon,
        "data": {"a": 1},
    }
    works = [
        new("Book", id=1, title="a", year=1, author_id=one, isbn="i1", pages=10, editor_id=two, **common),
        new("Work", id=2, title="b", year=2, author_id=one, sequel_of_id=1, **common | {"data": None}),
        new(
            "Work",
            id=3,
            title="c",
            year=2,
            author_id=two,
            **common | {"publisher_id": None, "available": False},
        ),
        new("Book", id=big, title="d", year=3, author_id=three, sequel_of_id=1, isbn="i4", **common),
    ]
    for work, tags in zip(works, (["blue", "red"], ["red"], [], ["blue"]), strict=True):
        work.tags.set(tags)  # type: ignore[attr-defined]
    model_named("Author")(id=one).pupils.set([two, three])  # type: ignore[attr-defined]
    new("Contribution", id=1, work_id=1, author_id=two, role="ink", share=1)
    new("Contribution", id=2, work_id=1, author_id=three, role="pen", share=None)
    for number, work_id in ((1, 1), (2, 1), (3, 2), (4, big)):
        new(
            "Copy", id=number, work_id=work_id, shelf="s", cost=Decimal("1.50") if number % 2 else None,
            bought=day, lent=number == 1, quantity=number,
        )  # fmt: skip
    for number, copy_id in ((1, 1), (2, 1), (3, 3)):
        new("Loan", id=number, copy_id=copy_id, day=day, days=number)
    new("Shelfmark", room="east", place=1, label="x", weight=Decimal("0.07"), work_id=1)
    new("Shelfmark", room="west", place=1, label="y", weight=Decimal("2.00"))
    new("Jotting", id=1, note="x", stars=2, work_id=1)
    new("Jotting", id=2, note="y", work_id=3)
    new("Reading", id=1, region="east", minutes=10, work_id=1)
    new("Reading", id=2, region="west", minutes=None, work_id=1)
