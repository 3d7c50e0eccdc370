"""The number of a token, against what the change log then has."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import connection, connections, transaction

from cqrs_write import changelog, freshness
from cqrs_write.freshness import Reader, Token, mark, unread
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

STREAM, OTHER = "notes", "others"

T = TypeVar("T")


def log(stream: str = STREAM) -> None:
    changelog.log_everything("default", [stream])


def number(token: Token) -> int:
    found = token.number("default", changelog.source("default").origin)
    assert found is not None
    return found


def is_covered(token: Token, since: str, stream: str = STREAM) -> bool:
    """Whether the token covers something on the stream that is not in the position ``since``."""
    found = unread("default", [Reader(position=since, streams=(((stream,), number(token)),))])
    return found.unread[0]


def elsewhere(function: Callable[[], T]) -> T:
    """Call it over another connection."""

    def call() -> T:
        try:
            return function()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()


def test_it_covers_what_was_committed_before() -> None:
    since = changelog.now("default")
    log()
    assert is_covered(mark(), since)
    assert not is_covered(mark(), since, OTHER)


def test_it_does_not_cover_what_is_written_afterwards() -> None:
    since, token = changelog.now("default"), mark()
    elsewhere(log)
    assert not is_covered(token, since)


def test_a_position_taken_after_it_has_seen_all_that_it_covers() -> None:
    log()
    token = mark()
    assert eventually(lambda: freshness.has_seen("default", changelog.now("default"), number(token)))


def test_within_a_transaction_it_covers_what_that_has_written() -> None:
    since = changelog.now("default")
    with transaction.atomic():
        log()
        token = mark()
    assert is_covered(token, since)
    assert not freshness.has_seen("default", since, number(token))


def test_a_savepoint_that_was_rolled_back_takes_nothing_from_it() -> None:
    since = changelog.now("default")
    with transaction.atomic():
        log()
        with transaction.atomic():
            log(OTHER)
            transaction.set_rollback(True)
        token = mark()
    assert is_covered(token, since)
    assert not is_covered(token, since, OTHER)


@pytest.mark.postgresql
def test_a_transaction_that_is_open_beside_it_is_not_missed_when_it_commits() -> None:
    with transaction.atomic():
        log()
        elsewhere(lambda: log(OTHER))
        since, token = elsewhere(lambda: changelog.now("default")), elsewhere(mark)
        assert not freshness.has_seen("default", since, number(token))
    assert is_covered(token, since)


def test_it_takes_one_query() -> None:
    asked: list[str] = []

    def note(execute: Callable[..., object], sql: str, *arguments: object) -> object:
        asked.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(note):
        mark()
    assert len(asked) == 1


def test_nobody_counts_its_query(django_assert_num_queries: Callable[[int], object]) -> None:
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        mark()


def test_what_fails_breaks_no_transaction() -> None:
    from cqrs_write.aside import asking

    with transaction.atomic():
        with pytest.raises(Exception, match="nowhere"), asking("default") as cursor:
            cursor.execute("SELECT * FROM nowhere")
        log()


@pytest.mark.postgresql
def test_a_standby_gives_none() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA standby")
        cursor.execute(
            "CREATE FUNCTION standby.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS 'SELECT true'"
        )
        cursor.execute("SET LOCAL search_path = standby, pg_catalog, public")
        assert freshness.token() is None
        assert not mark()
        transaction.set_rollback(True)


def test_a_look_tells_what_is_there_now() -> None:
    before = changelog.now("default")
    log()
    readers = [
        Reader(position=before, streams=(((STREAM,), None),)),
        Reader(position=before, streams=(((OTHER,), None),)),
        Reader(position=before, streams=(((OTHER,), None), ((STREAM,), 1))),
        Reader(position=before, streams=(((OTHER,), 1), ((STREAM,), None))),
        Reader(position=changelog.now("default"), streams=(((STREAM, OTHER), None),)),
    ]
    earlier = number(mark())
    found = unread("default", readers)
    assert found.unread == (True, False, False, True, False)
    assert found.trimmed == (False,) * 5
    source = changelog.source("default")
    assert (found.origin, found.lost) == (source.origin, source.lost)
    # Numbers are the server's, on which other tests write, and what of theirs is open is seen later.
    assert earlier <= found.number <= number(mark())
    assert eventually(lambda: freshness.has_seen("default", unread("default", readers).until, found.number))
