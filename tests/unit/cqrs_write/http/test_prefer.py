import time

import pytest

from cqrs_write.http.prefer import preferences, wait_seconds, wants_async


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", {}),
        ("respond-async", {"respond-async": ""}),
        ("respond-async, wait=10", {"respond-async": "", "wait": "10"}),
        ("WAIT = 10 ; x=y , Respond-Async", {"wait": "10", "respond-async": ""}),
        ('return="a, b", wait=1', {"return": "a, b", "wait": "1"}),
        ("wait=1, wait=2", {"wait": "1"}),
        (",,;;==", {}),
    ],
)
def test_preferences_are_read_as_rfc_7240_writes_them(header, expected):
    assert preferences(header) == expected


@pytest.mark.parametrize(
    ("header", "wants"),
    [("respond-async", True), ("wait=5,RESPOND-ASYNC", True), ("", False), ('x="respond-async"', False)],
)
def test_only_the_preference_itself_asks_for_an_asynchronous_answer(header, wants):
    assert wants_async(header) is wants


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("respond-async, wait=5", 5.0),
        ('wait="5", respond-async', 5.0),
        ("respond-async, wait=600", 10.0),
        (f"respond-async, wait={'9' * 5000}", 10.0),
        ("respond-async, wait=0", 0.0),
        ("respond-async", 0.0),
        ("wait=5", 0.0),
        ("respond-async, wait=-5", 0.0),
        ("respond-async, wait=1.5", 0.0),
        ("respond-async, wait=٣", 0.0),
        ("respond-async, wait", 0.0),
    ],
)
def test_the_time_to_wait_is_what_the_client_says_up_to_a_limit(header, seconds):
    assert wait_seconds(header, 10.0) == seconds


@pytest.mark.parametrize("header", ["a" + " " * 8000 + "b", "a" * 8000, '"' * 8000, "a=" * 4000, ";" * 8000])
def test_a_long_header_is_read_in_no_time(header):
    begun = time.process_time()

    preferences(header)

    assert time.process_time() - begun < 1.0
