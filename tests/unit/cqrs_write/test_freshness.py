"""The freshness token as text, and positions compared with it."""

import pytest
from django.core.signing import Signer
from hypothesis import given
from hypothesis import strategies as st

from cqrs_write import freshness
from cqrs_write.backends.postgresql import freshness as postgresql
from cqrs_write.backends.sqlite import freshness as sqlite
from cqrs_write.freshness import Token, read, short_name

NUMBERS = st.integers(min_value=1, max_value=2**63)
NAMES = st.integers(max_value=20, min_value=0).map(lambda number: short_name("default", str(number)))
TOKENS = st.dictionaries(NAMES, NUMBERS, min_size=1, max_size=freshness.MOST).map(lambda n: Token(numbers=n))


@given(TOKENS)
def test_what_a_client_brings_back_is_what_it_was_given(token):
    assert read(str(token)) == token


@given(TOKENS)
def test_it_fits_into_headers_cookies_and_urls(token):
    assert len(str(token)) <= freshness.LONGEST
    assert set(str(token)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:")


def test_of_one_database_it_is_short():
    assert len(str(Token(numbers={short_name("default", "x"): 2**40}))) < 64


@given(TOKENS, TOKENS)
def test_two_tokens_together_cover_what_each_covers(one, other):
    both = one | other
    assert both.covers(one)
    assert all(both.numbers.get(name, number) >= number for name, number in other.numbers.items())
    assert len(both.numbers) <= freshness.MOST
    assert (one | one) == one


def test_it_says_nothing_about_another_alias_or_another_origin():
    token = Token(numbers={short_name("default", "1/2/1"): 7})
    assert token.number("default", "1/2/1") == 7
    assert token.number("other", "1/2/1") is None
    assert token.number("default", "1/2/2") is None


def tampered():
    text = str(Token(numbers={short_name("default", "x"): 1000}))
    payload, _, signature = text.partition(":")
    yield payload
    yield f"{payload}:"
    yield f"{payload[:-1]}Z:{signature}"
    yield f"{payload}:{signature[:-1]}"
    yield f"{payload}:{signature}=="
    yield f"{payload}.{payload}:{signature}"
    yield text[:20]
    yield Signer(salt="another").sign(payload)
    yield Signer(key="another installation's", salt=freshness.SALT).sign(payload)


@pytest.mark.parametrize("text", list(tampered()))
def test_a_forged_one_is_recognised(text):
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    ["", ":", "a", "é" * 20, "\udc80:x", "\x00", "x" * 100_000, ":" * 400, "123@4:5:"],
    ids=lambda text: repr(text[:9]),
)
def test_nonsense_is_no_token(text):
    assert read(text) is None


@given(st.text(max_size=600))
def test_any_text_is_read_without_an_error(text):
    assert read(text) is None


@pytest.mark.parametrize("payload", ["", "short", "12345678.", "12345678!", "1234567890.x"])
def test_what_is_signed_and_has_another_form_is_no_token(payload):
    """As one of a later version."""
    assert read(Signer(salt=freshness.SALT).sign(payload)) is None


def test_one_that_was_signed_before_the_key_was_changed_is_still_ours(settings):
    text = str(Token(numbers={short_name("default", "x"): 5}))
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "the next one"
    assert read(text) == Token(numbers={short_name("default", "x"): 5})
    settings.SECRET_KEY_FALLBACKS = []
    assert read(text) is None


@pytest.mark.parametrize(
    ("position", "number", "expected"),
    [
        ("90:100:", 100, True),
        ("90:100:", 101, False),
        ("90:100:95", 100, False),
        ("90:100:95", 95, True),
        ("90:100:95,99", 96, False),
        ("1:1:", 1, True),
    ],
)
def test_a_postgresql_position_has_seen_what_was_neither_later_nor_in_progress(position, number, expected):
    assert postgresql.has_seen(position, number) is expected


@given(st.integers(1, 60), st.sets(st.integers(1, 60), max_size=6), st.integers(1, 70), st.integers(1, 70))
def test_a_bounded_position_has_seen_what_it_had_below_its_bound(xmax, xids, number, asked):
    in_progress = sorted(xid for xid in xids if xid < xmax)
    position = f"{min([xmax, *in_progress])}:{xmax}:{','.join(map(str, in_progress))}"
    bounded = postgresql.bounded(position, number)
    expected = asked <= number and postgresql.has_seen(position, asked)
    assert postgresql.has_seen(bounded, asked) is expected


def test_a_sqlite_position_has_seen_the_row_that_it_names():
    assert sqlite.has_seen("7", 8)
    assert not sqlite.has_seen("7", 9)
    assert sqlite.bounded("7", 3) == "2"


@pytest.mark.parametrize(
    ("position", "other", "expected"),
    [
        ("1:100:", "1:100:", True),
        ("1:99:", "1:100:", False),
        ("95:100:95", "1:100:", False),
        ("95:100:95", "95:100:95,97", True),
        ("95:120:95,110", "95:100:95", True),
    ],
)
def test_a_postgresql_position_covers_another_if_it_lacks_nothing_that_one_has_seen(
    position, other, expected
):
    assert postgresql._covers(position, other) is expected
