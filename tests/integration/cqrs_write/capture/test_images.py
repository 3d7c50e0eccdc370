"""Image triggers: installed for an endpoint's tables, dormant until armed, true of every type, and never in the way."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from cqrs_write.capture import image_plan
from cqrs_write.capture.drift import drift
from cqrs_write.capture.image_plan import ImagePlan
from cqrs_write.capture.images import install_images, missing, remove_all_images
from cqrs_write.capture.install import install, remove
from cqrs_write.trimming import trim
from tests.integration.cqrs_write.capture.conftest import execute

pytestmark = pytest.mark.django_db(transaction=True)

ORDER = "POST shop:order"
ORDERS = ImagePlan(name=ORDER, using="default", tables=("orders_order", "orders_orderline"))
PAY = "POST shop:pay"
PAYMENTS = ImagePlan(name=PAY, using="default", tables=("orders_order", "orders_payment"))


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[ImagePlan]]:
    """The plans of the test's endpoints; no trigger is left of them."""
    planned = [ORDERS, PAYMENTS]
    monkeypatch.setattr(image_plan, "_sources", [lambda: planned])
    yield planned
    if connection.vendor == "postgresql":
        remove_all_images("default")


@pytest.fixture
def imaged(plans: list[ImagePlan]) -> Iterator[Callable[[str], None]]:
    """Make a table, or several, with images of the one called ``img``."""
    plans.append(ImagePlan(name="img", using="default", tables=("img",)))

    def make(sql: str) -> None:
        execute(sql)
        install_images("img")

    yield make
    execute("DROP TABLE IF EXISTS img CASCADE")


def capture(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command("cqrs_capture", *arguments, stdout=out, **options)
    return out.getvalue()


def told(*statements: str, armed: bool = True) -> list[dict[str, Any]]:
    """What the triggers tell of ``statements``, which are then rolled back."""
    images: list[dict[str, Any]] = []

    def hear(notice: Any) -> None:
        if notice.message_primary == "cqrs.image":
            images.append(json.loads(notice.message_detail))

    with transaction.atomic():
        if armed:
            execute("SET LOCAL cqrs.rehearsal = 'on'")
        raw = connection.connection
        raw.add_notice_handler(hear)
        try:
            for statement in statements:
                execute(statement)
        finally:
            raw.remove_notice_handler(hear)
        transaction.set_rollback(True)
    return images


def stored(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return json.loads(cursor.fetchone()[0])


@pytest.mark.postgresql
@pytest.mark.usefixtures("plans")
class TestCommand:
    def test_it_shows_which_endpoints_lack_images(self) -> None:
        assert f"{ORDER} (default): lacks images of orders_order, orders_orderline" in capture("images")
        capture("images", "install", ORDER)
        assert capture("images").splitlines() == [
            f"{ORDER} (default): can be rehearsed",
            f"{PAY} (default): lacks images of orders_payment",
        ]
        assert [plan["missing"] for plan in json.loads(capture("images", "--json"))] == [
            [],
            ["orders_payment"],
        ]

    def test_it_installs_once(self) -> None:
        assert "Gives images: orders_order (was missing)" in capture("images", "install", ORDER)
        assert capture("images", "install", ORDER) == "Every image trigger is in place already.\n"

    def test_a_dry_run_shows_the_sql_and_installs_nothing(self) -> None:
        shown = capture("images", "install", ORDER, "--dry-run")
        assert 'CREATE TRIGGER "cqrs_image_row" AFTER INSERT OR UPDATE OR DELETE ON "orders_order"' in shown
        assert missing(ORDERS) == ["orders_order", "orders_orderline"]
        (order, _) = json.loads(capture("images", "install", ORDER, "--dry-run", "--json"))
        assert order["table"] == "orders_order"

    def test_removing_keeps_what_another_endpoint_still_needs(self) -> None:
        capture("images", "install", ORDER)
        capture("images", "install", PAY)
        assert "DROP TRIGGER" in capture("images", "remove", ORDER, "--dry-run")
        assert capture("images", "remove", ORDER).splitlines() == [
            "Gives no images: orders_orderline (was installed)",
            f"Kept: orders_order, for {PAY}",
        ]
        assert missing(PAYMENTS) == []
        capture("images", "remove", PAY)
        assert capture("images", "remove", PAY) == "There is nothing to remove.\n"
        assert stored("SELECT count(*)::text FROM pg_proc WHERE proname = 'cqrs_image'") == 0

    def test_all_can_be_removed_at_once(self) -> None:
        capture("images", "install", ORDER)
        assert "orders_orderline" in capture("images", "remove", "--dry-run")
        assert "Gives no images: orders_orderline" in capture("images", "remove")
        assert missing(ORDERS) == ["orders_order", "orders_orderline"]

    @pytest.mark.parametrize("words", [["remove", PAY], ["remove"]])
    def test_what_is_being_rehearsed_keeps_its_images(self, plans: list[ImagePlan], words: list[str]) -> None:
        capture("images", "install", PAY)
        plans[:] = [ORDERS, replace(PAYMENTS, in_use=True)]
        with pytest.raises(CommandError, match=f'{PAY} is being rehearsed. First: .*rollback "{PAY}"'):
            capture("images", *words)
        assert missing(PAYMENTS) == []

    def test_an_unknown_endpoint_lists_the_known_ones(self) -> None:
        with pytest.raises(
            CommandError, match=r"Unknown endpoint with tables 'x'\. There are: .*shop:order"
        ) as error:
            capture("images", "install", "x")
        assert error.value.returncode == 2

    @pytest.mark.parametrize(
        ("words", "complaint"),
        [
            (["images", "install"], "Name the endpoint"),
            (["images", "fly"], "Unknown action 'images fly'"),
            (["check", ORDER], "'check' is about all tables"),
        ],
    )
    def test_what_makes_no_sense_is_refused_in_one_line(self, words: list[str], complaint: str) -> None:
        with pytest.raises(CommandError, match=complaint):
            capture(*words)

    @pytest.mark.parametrize(
        ("sql", "complaint"),
        [
            ("SELECT 1", "img does not exist. Run: manage.py migrate"),
            ("CREATE VIEW img AS SELECT 1", "img is a view"),
        ],
    )
    def test_what_carries_no_triggers_is_named(self, plans: Any, sql: str, complaint: str) -> None:
        plans.append(ImagePlan(name="img", using="default", tables=("img",)))
        execute(sql)
        with pytest.raises(CommandError, match=complaint):
            capture("images", "install", "img")
        execute("DROP VIEW IF EXISTS img")


@pytest.mark.sqlite
@pytest.mark.usefixtures("plans")
@pytest.mark.parametrize("words", [["images"], ["images", "install", ORDER], ["images", "remove"]])
def test_on_sqlite_the_command_says_that_it_needs_postgresql(words: list[str]) -> None:
    with pytest.raises(CommandError, match="rehearsed on PostgreSQL only"):
        capture(*words)


@pytest.mark.postgresql
@pytest.mark.usefixtures("plans")
class TestInstalled:
    def test_they_are_none_of_the_change_logs_triggers(self) -> None:
        install_images(ORDER)
        assert drift("default") == []
        remove("default")
        assert missing(ORDERS) == []
        install("default")

    @pytest.mark.parametrize(
        "sql",
        [
            "DROP TRIGGER cqrs_image_truncate ON orders_order",
            "ALTER TABLE orders_order DISABLE TRIGGER cqrs_image_row",
            "DROP TRIGGER cqrs_image_change ON orders_order",
            "ALTER TABLE orders_order ENABLE TRIGGER cqrs_image_change",
            "COMMENT ON FUNCTION cqrs_image() IS 'of an older version'",
        ],
    )
    def test_what_is_not_in_order_is_missing_and_mended(self, sql: str) -> None:
        install_images(ORDER)
        execute(sql)
        assert "orders_order" in missing(ORDERS)
        install_images(ORDER)
        assert missing(ORDERS) == []

    def test_installing_does_not_queue_behind_a_long_writer(self) -> None:
        installed = threading.Thread(target=_install)
        with transaction.atomic():
            execute("UPDATE orders_orderline SET quantity = 5")
            installed.start()
            installed.join(1)
            _elsewhere("UPDATE orders_orderline SET quantity = quantity WHERE id < 0")
        installed.join(30)
        assert missing(ORDERS) == []


def noted(*statements: str) -> list[str]:
    """The tables of which a change was noted while ``statements`` ran, each on its own."""
    execute("DELETE FROM cqrs_change_log")
    for statement in statements:
        execute(statement)
    found = "SELECT coalesce(json_agg(stream), '[]')::text FROM cqrs_change_log WHERE stream LIKE '%.*'"
    return [stream.removesuffix(".*") for stream in stored(found)]


@pytest.mark.postgresql
class TestNotes:
    """In the change log it is noted that a table was changed."""

    @pytest.mark.parametrize(
        "sql",
        [
            "INSERT INTO img SELECT generate_series(2, 9)",
            "UPDATE img SET note = ''",
            "DELETE FROM img",
            "TRUNCATE img",
        ],
    )
    def test_each_statement_leaves_one_note(self, imaged: Any, sql: str) -> None:
        imaged("CREATE TABLE img (id integer, note text)")
        execute("INSERT INTO img VALUES (1)")
        assert noted(sql) == ["public.img"]

    def test_a_transaction_that_changes_nothing_gets_no_number_for_it(self, imaged: Any) -> None:
        imaged("CREATE TABLE img (id integer)")
        with transaction.atomic():
            execute("DELETE FROM img")
            assert stored("SELECT coalesce(pg_current_xact_id_if_assigned()::text, 'null')") is None

    def test_they_are_trimmed_as_everything_is(self, imaged: Any) -> None:
        imaged("CREATE TABLE img (id integer)")
        assert noted("INSERT INTO img VALUES (1)")
        trim("default")
        assert stored("SELECT count(*)::text FROM cqrs_change_log") == 0

    def test_no_read_model_has_to_do_with_them(self, plans: Any, logged: Any) -> None:
        with logged() as log:
            install_images(ORDER)
            execute("DELETE FROM orders_order")
        assert not log.window

    def test_a_partition_leaves_notes_of_its_own(self, imaged: Any) -> None:
        imaged(
            "CREATE TABLE img (id integer, year integer) PARTITION BY LIST (year);"
            "CREATE TABLE img_25 PARTITION OF img FOR VALUES IN (2025)"
        )
        assert noted("INSERT INTO img VALUES (1, 2025)", "DELETE FROM img_25") == [
            "public.img",
            "public.img_25",
        ]

    def test_a_partition_that_came_later_is_missing_until_it_is_installed_too(self, imaged: Any) -> None:
        plan = ImagePlan(name="img", using="default", tables=("img",))
        imaged("CREATE TABLE img (id integer, year integer) PARTITION BY LIST (year)")
        execute("CREATE TABLE img_25 PARTITION OF img FOR VALUES IN (2025)")
        assert missing(plan) == ["img"]
        install_images("img")
        assert missing(plan) == []
        remove_all_images("default")
        assert stored("SELECT count(*)::text FROM pg_trigger WHERE tgname LIKE 'cqrs_image%'") == 0

    def test_without_a_change_log_nothing_fails(self, imaged: Any) -> None:
        imaged("CREATE TABLE img (id integer)")
        execute("ALTER TABLE cqrs_change_log RENAME TO cqrs_hidden")
        try:
            execute("INSERT INTO img VALUES (1)")
            with pytest.raises(CommandError, match=r"has no change log\. Run: manage\.py migrate"):
                capture("images", "install", ORDER)
        finally:
            execute("ALTER TABLE cqrs_hidden RENAME TO cqrs_change_log")

    def test_migrate_leaves_them_and_reports_no_drift(self, plans: Any) -> None:
        install_images(ORDER)
        call_command("migrate", verbosity=0)
        assert (missing(ORDERS), drift("default")) == ([], [])


TYPES = {
    "integer": "2147483647",
    "bigint": "9007199254740993",
    "numeric": "1.50",
    "numeric(10,2)": "1.50",
    "double precision": "'NaN'",
    "real": "0.1",
    "boolean": "true",
    "text": "E'quote \" backslash \\\\ newline \\n umlaut ä'",
    "char(5)": "'ab'",
    "bytea": r"'\x00ff'",
    "json": """'{"a": [1, 2.50], "nul": "\\u0000", "a": 3}'""",
    "jsonb": """'{"a": [1, 2.50]}'""",
    "integer[]": "ARRAY[[1, 2], [3, NULL]]",
    "text[]": "ARRAY['a,b', NULL]",
    "timestamptz": "'2026-03-29 02:30:00.123456+00'",
    "timestamp": "'infinity'",
    "date": "'2026-01-01'",
    "time": "'12:00:00.1'",
    "interval": "'1 mon 2 days'",
    "uuid": "'6f7b1c9e-0000-4000-8000-000000000001'",
    "inet": "'10.0.0.1/32'",
    "int4range": "'[1,5)'",
    "tstzrange": "'[2026-01-01 00:00+00,)'",
    "point": "'(1,2)'",
    "xml": "'<a>1</a>'",
    "tsvector": "'a fat cat'::tsvector",
    "money": "1.5",
    "bit varying": "B'101'",
    "img_mood": "'fine'",
    "img_pair": "ROW(1, 'x')",
    "img_domain": "7",
}


@pytest.mark.postgresql
class TestImages:
    @pytest.fixture
    def types(self) -> Iterator[None]:
        execute("CREATE TYPE img_mood AS ENUM ('fine', 'foul')")
        execute("CREATE TYPE img_pair AS (a integer, b text)")
        execute("CREATE DOMAIN img_domain AS integer CHECK (VALUE > 0)")
        yield
        execute("DROP TABLE IF EXISTS img; DROP TYPE img_mood; DROP TYPE img_pair; DROP DOMAIN img_domain")

    @pytest.mark.usefixtures("types")
    def test_every_type_comes_as_a_later_query_shows_it(self, imaged: Any) -> None:
        columns = ", ".join(f'"c{number}" {kind}' for number, kind in enumerate(TYPES))
        imaged(
            f"CREATE TABLE img (id serial PRIMARY KEY, {columns}, twice integer GENERATED ALWAYS AS (c0 / 2) STORED)"
        )
        names = ", ".join(f"c{number}" for number in range(len(TYPES)))
        execute(f"INSERT INTO img ({names}) VALUES ({', '.join(TYPES.values())})")
        (image,) = told("UPDATE img SET c0 = 4")
        assert image["old"] == stored("SELECT row_to_json(img)::text FROM img")
        assert image["old"]["c1"] == 9007199254740993
        assert image["new"] == image["old"] | {"c0": 4, "twice": 2}

    def test_an_insert_an_update_and_a_delete_give_old_and_new(self, imaged: Any) -> None:
        imaged("CREATE TABLE img (id integer PRIMARY KEY, note text)")
        assert told(
            "INSERT INTO img VALUES (1, 'a')",
            "INSERT INTO img VALUES (1, 'b') ON CONFLICT (id) DO UPDATE SET note = excluded.note",
            "DELETE FROM img",
        ) == [
            {"table": "img", "operation": "INSERT", "old": None, "new": {"id": 1, "note": "a"}},
            {
                "table": "img",
                "operation": "UPDATE",
                "old": {"id": 1, "note": "a"},
                "new": {"id": 1, "note": "b"},
            },
            {"table": "img", "operation": "DELETE", "old": {"id": 1, "note": "b"}, "new": None},
        ]

    def test_without_being_armed_they_say_nothing(self, imaged: Any) -> None:
        imaged("CREATE TABLE img (id integer PRIMARY KEY)")
        assert told("INSERT INTO img VALUES (1)", "TRUNCATE img", armed=False) == []

    def test_a_row_of_megabytes_comes_whole(self, imaged: Any) -> None:
        imaged("CREATE TABLE img (id integer PRIMARY KEY, note text)")
        (image,) = told("INSERT INTO img VALUES (1, repeat('ä', 5000000))")
        assert len(image["new"]["note"]) == 5_000_000

    def test_a_truncate_is_told_of(self, imaged: Any) -> None:
        imaged("CREATE TABLE img (id integer PRIMARY KEY)")
        assert told("TRUNCATE img") == [{"table": "img", "operation": "TRUNCATE", "old": None, "new": None}]

    def test_rows_of_partitions_are_told_under_the_name_of_their_table(self, imaged: Any) -> None:
        imaged(
            "CREATE TABLE img (id integer, year integer, PRIMARY KEY (id, year)) PARTITION BY LIST (year);"
            "CREATE TABLE img_25 PARTITION OF img FOR VALUES IN (2025);"
            "CREATE TABLE img_26 (year integer NOT NULL, id integer NOT NULL);"
            "ALTER TABLE img ATTACH PARTITION img_26 FOR VALUES IN (2026)"
        )
        # The third statement moves the row into the other partition.
        images = told("INSERT INTO img VALUES (1, 2025)", "DELETE FROM img_26", "UPDATE img SET year = 2026")
        assert {image["table"] for image in images} == {"img"}
        assert [image["operation"] for image in images] == ["INSERT", "DELETE", "INSERT"]
        assert images[-1]["new"] == {"year": 2026, "id": 1}

    def test_a_table_in_another_schema_comes_with_it(self, imaged: Any, plans: Any) -> None:
        plans[-1] = ImagePlan(name="img", using="default", tables=('img_else"."Odd Name',))
        imaged('CREATE SCHEMA img_else; CREATE TABLE img_else."Odd Name" ("The Id" integer PRIMARY KEY)')
        (image,) = told('INSERT INTO img_else."Odd Name" VALUES (1)')
        assert image["table"] == 'img_else."Odd Name"'
        execute("DROP SCHEMA img_else CASCADE")

    def test_what_cannot_be_shown_fails_no_write(self, imaged: Any) -> None:
        execute("CREATE TYPE img_odd AS ENUM ('odd')")
        execute(
            "CREATE FUNCTION img_json(img_odd) RETURNS json LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no json of this'; END $$"
        )
        execute("CREATE CAST (img_odd AS json) WITH FUNCTION img_json(img_odd)")
        imaged("CREATE TABLE img (id integer PRIMARY KEY, odd img_odd)")
        (image,) = told("INSERT INTO img VALUES (1, 'odd')")
        assert image == {"table": "img", "operation": "INSERT", "failure": "no json of this"}
        execute("DROP TABLE img")
        execute("DROP TYPE img_odd CASCADE")

    def test_they_see_what_other_triggers_have_made_of_a_row(self, imaged: Any) -> None:
        imaged("CREATE TABLE img (id integer PRIMARY KEY, note text)")
        execute(
            "CREATE FUNCTION img_before() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN NEW.note := upper(NEW.note); RETURN NEW; END $$"
        )
        execute("CREATE TRIGGER img_before BEFORE INSERT ON img FOR EACH ROW EXECUTE FUNCTION img_before()")
        assert told("INSERT INTO img VALUES (1, 'a')")[0]["new"]["note"] == "A"
        execute("DROP FUNCTION img_before CASCADE")


def _install() -> None:
    install_images(ORDER)
    connection.close()


def _elsewhere(sql: str) -> None:
    """Run ``sql`` on a connection of its own, to its end."""

    def run() -> None:
        execute(sql)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
