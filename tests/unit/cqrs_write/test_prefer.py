import pytest

from cqrs_write.http.prefer import preferences, wants_async


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
