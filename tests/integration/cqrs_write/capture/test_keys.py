"""A key's text finds its row again: whatever its type, and whatever the session that wrote it had set."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from cqrs_write.capture.drift import drift
from cqrs_write.capture.install import install
from cqrs_write.exceptions import CaptureError
from tests.integration.cqrs_write.capture.conftest import execute

pytestmark = pytest.mark.django_db(transaction=True)

STRANGE_SETTINGS = (
    "SET LOCAL DateStyle = 'SQL, DMY'; SET LOCAL TimeZone = 'Asia/Kolkata'; SET LOCAL IntervalStyle = 'sql_standard'; "
    "SET LOCAL extra_float_digits = -15; SET LOCAL bytea_output = 'escape'; SET LOCAL lc_numeric = 'C'"
)


@pytest.fixture(autouse=True)
def _tables_dropped() -> Iterator[None]:
    yield
    execute("DROP TABLE IF EXISTS cap_day")


class TestSeveralColumns:
    @pytest.fixture(autouse=True)
    def _table(self, watch: Callable[..., None]) -> None:
        execute("CREATE TABLE cap_day (id integer PRIMARY KEY, city text, day date, sold integer)")
        watch("cap_day", "city", "day", columns="sold")

    @staticmethod
    def keys(log: Any) -> set[tuple[Any, ...]]:
        return {tuple(json.loads(key)) for key in log.window.keys.get("cap_day.city,day", ())}

    def test_insert(self, logged: Any) -> None:
        with logged() as log:
            execute(
                "INSERT INTO cap_day VALUES (1, 'Bonn', '2024-02-29', 5), (2, 'Köln \"am Rhein\"', '2024-03-01', 5)"
            )
        assert self.keys(log) == {("Bonn", "2024-02-29"), ('Köln "am Rhein"', "2024-03-01")}

    def test_a_row_that_moves_between_groups_reports_both(self, logged: Any) -> None:
        execute("INSERT INTO cap_day VALUES (1, 'Bonn', '2024-02-29', 5)")
        with logged() as log:
            execute("UPDATE cap_day SET day = '2024-03-01' WHERE id = 1")
        assert self.keys(log) == {("Bonn", "2024-02-29"), ("Bonn", "2024-03-01")}

    def test_many_rows_of_a_few_groups(self, logged: Any) -> None:
        values = ", ".join(f"({n}, 'City {n % 2}', '2024-01-0{1 + n % 3}', 1)" for n in range(60))
        execute(f"INSERT INTO cap_day VALUES {values}")
        with logged() as log:
            execute("UPDATE cap_day SET sold = 2, city = 'City 2' WHERE city = 'City 1'")
        assert self.keys(log) == {(f"City {c}", f"2024-01-0{d}") for c in (1, 2) for d in (1, 2, 3)}

    def test_a_group_with_an_unknown_part_is_not_logged(self, logged: Any) -> None:
        with logged() as log:
            execute("INSERT INTO cap_day VALUES (1, NULL, '2024-02-29', 5), (2, 'Bonn', NULL, 5)")
        assert not log.window

    def test_a_group_that_becomes_known_is(self, logged: Any) -> None:
        execute("INSERT INTO cap_day VALUES (1, NULL, '2024-02-29', 5)")
        with logged() as log:
            execute("UPDATE cap_day SET city = 'Bonn'")
        assert self.keys(log) == {("Bonn", "2024-02-29")}


SAFE = {
    "smallint": "12",
    "bigint": "9223372036854775807",
    "numeric": "123456789012345678901234567890.000000000100",
    "uuid": "c5bb9f24-40b2-4b4a-9b1d-7d94fc86c98a",
    "text": 'it\'s {a}, "b" \\c',
    "char(6)": "ab",
    "boolean": "true",
    "date": "2024-12-03",
    "timestamp": "2024-12-03 04:05:06.000789",
    "timestamptz": "2024-12-03 04:05:06.000789+05:30",
    "time": "04:05:06.000789",
    "timetz": "04:05:06.000789+05:30",
    "bytea": "\\x00ff5c27",
    "inet": "10.0.0.1/8",
    "cap_mood": "sad",
    "cap_small": "3",
}


@pytest.mark.postgresql
class TestTypes:
    @pytest.fixture(autouse=True)
    def _types(self, transactional_db: None) -> Iterator[None]:
        execute("CREATE TYPE cap_mood AS ENUM ('sad', 'glad'); CREATE DOMAIN cap_small AS integer")
        execute("CREATE DOMAIN cap_float AS double precision")
        yield
        execute(
            "DROP TABLE IF EXISTS cap_day; DROP TYPE cap_mood; DROP DOMAIN cap_small; DROP DOMAIN cap_float"
        )

    @pytest.mark.parametrize("key", [("k",), ("k", "id")])
    @pytest.mark.parametrize("type_", SAFE)
    def test_the_same_text_whatever_the_session_has_set(
        self, type_: str, key: tuple[str, ...], watch: Callable[..., None], logged: Any
    ) -> None:
        execute(f"CREATE TABLE cap_day (id integer PRIMARY KEY, k {type_}, v integer)")
        watch("cap_day", *key, columns="v")
        execute("INSERT INTO cap_day VALUES (1, %s, 0)", SAFE[type_])
        texts = []
        for settings in ("SET LOCAL DateStyle = 'ISO'", STRANGE_SETTINGS):
            with logged() as log, transaction.atomic():
                execute(settings)
                execute("UPDATE cap_day SET v = v + 1")
            texts.append(log.window.keys[f"cap_day.{','.join(key)}"])
        assert texts[0] == texts[1]
        (text,) = texts[0]
        assert self.found(text if len(key) == 1 else json.loads(text, parse_float=str)[0], type_) == 1

    @staticmethod
    def found(text: Any, type_: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM cap_day WHERE k = CAST(%s::text AS {type_})", [str(text)])
            return int(cursor.fetchone()[0])

    @pytest.mark.parametrize("moment", ["infinity", "-infinity"])
    def test_moments_without_end(self, moment: str, watch: Callable[..., None], logged: Any) -> None:
        execute("CREATE TABLE cap_day (id integer PRIMARY KEY, k timestamptz, v integer)")
        watch("cap_day", "k", columns="v")
        with logged() as log:
            execute("INSERT INTO cap_day VALUES (1, %s, 0)", moment)
        assert log["cap_day.k"] == {moment}

    @pytest.mark.parametrize("type_", ["real", "double precision", "money", "interval", "cap_float"])
    def test_what_a_session_would_garble_is_refused(self, type_: str, watch: Callable[..., None]) -> None:
        execute(f"CREATE TABLE cap_day (id integer PRIMARY KEY, k {type_})")
        with pytest.raises(CaptureError, match="cap_day has a key that a trigger cannot report"):
            watch("cap_day", "k")
        assert [(item.table, item.kind, item.unseen) for item in drift("default")] == [
            ("cap_day", "key", True)
        ]

    def test_a_primary_key_of_an_extensions_type(self, watch: Callable[..., None], logged: Any) -> None:
        """It has no equality under the functions' bare search_path, and no write may fail for that."""
        execute("CREATE EXTENSION IF NOT EXISTS ltree")
        execute("CREATE TABLE cap_day (k ltree PRIMARY KEY, v integer)")
        watch("cap_day", "k", columns="v")
        with logged() as log:
            execute("INSERT INTO cap_day VALUES ('a.b', 1), ('a.c', 1)")
            execute("UPDATE cap_day SET v = 2")
            execute("UPDATE cap_day SET k = 'a.d' WHERE k::text = 'a.c'")
        assert log["cap_day.k"] == {"a.b", "a.c", "a.d"}
        execute("DROP TABLE cap_day; DROP EXTENSION ltree")


def test_a_table_without_a_primary_key(watch: Callable[..., None], logged: Any) -> None:
    execute("CREATE TABLE cap_day (k integer, v integer)")
    watch("cap_day", "k", columns="v")
    execute("INSERT INTO cap_day VALUES (1, 1), (1, 2), (2, 5), (3, 5), (NULL, 5)")
    with logged() as log:
        execute("UPDATE cap_day SET v = 3 - v WHERE k = 1")
        execute("UPDATE cap_day SET k = 4 WHERE k = 3")
    assert log["cap_day.k"] == {1, 3, 4}


@pytest.mark.sqlite
@pytest.mark.parametrize("type_", ["real", "double precision", "blob"])
def test_what_text_would_garble_is_refused(type_: str, watch: Callable[..., None]) -> None:
    execute(f"CREATE TABLE cap_day (id integer PRIMARY KEY, k {type_})")
    with pytest.raises(CaptureError, match="cap_day has a key"):
        watch("cap_day", "k")
    execute("DROP TABLE cap_day")
    install("default")
