"""Kept bodies: of limited size, readable, and without what nobody may see."""

import pytest

from cqrs_routing.comparison import Answer, Rules, kept_body
from cqrs_routing.comparison import kept as whole

from .answers import answer

HTML = "text/html; charset=utf-8"
TEXT = "text/plain"


def kept(body, content_type="application/json", **rules):
    return kept_body(answer(body, content_type=content_type), Rules(**rules))


def test_json_is_kept_as_it_was():
    written = '{"b": [1, 1.50, 1E+2, true, null, {}, []], "a": "Grüße\\n"}'
    assert kept(written) == written


def test_sensitive_fields_are_hidden_at_any_depth():
    body = {"user": [{"name": "Ann", "Password": "s3cret", "api_key": {"value": "s3cret"}}], "pin": 1234}
    assert kept(body, sensitive=("pin",)) == (
        '{"user": [{"name": "Ann", "Password": "***", "api_key": "***"}], "pin": "***"}'
    )


def test_so_are_parameters_in_texts():
    assert kept({"next": "/orders/?token=s3cret&page=2"}) == '{"next": "/orders/?token=***&page=2"}'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("user=ann&password=s3cret&page=2", "user=ann&password=***&page=2"),
        ("Authorization: Bearer s3cret\nX: 1", "Authorization: ***\nX: 1"),
        ("{'password': 's3cret and more', 'a': 1}", "{'password': ***, 'a': 1}"),
        ('{"password": "s3cret \\" more", "a": 1', '{"password": ***, "a": 1'),
        ("password = s3cret", "password = ***"),
        ("Cookie: sessionid=s3cret", "Cookie: ***"),
        ("a password is needed", "a password is needed"),
    ],
)
def test_and_in_other_text(text, shown):
    assert kept(text, TEXT) == shown


def test_and_in_forms():
    form = '<input type="hidden" name="csrfmiddlewaretoken" value="s3cret"><input name="q" value="shoes">'
    assert kept(form, HTML) == (
        '<input type="hidden" name="csrfmiddlewaretoken" value="***"><input name="q" value="shoes">'
    )


def test_what_only_says_that_it_is_json_is_text():
    assert kept("{'token': 's3cret'}") == "{'token': ***}"


@pytest.mark.parametrize(
    ("body", "content_type"), [({"a": "é" * 5000}, "application/json"), ("é" * 5000, TEXT)]
)
def test_a_large_body_is_cut_and_says_so(body, content_type):
    shown = kept(body, content_type, body_limit=1001)
    text, _, note = shown.partition("…")
    assert len(text.encode()) in (1000, 1001)
    assert note.startswith(" (cut: the body has ")


def test_what_is_cut_off_is_not_unhidden_by_it():
    assert "s3cret" not in kept("a=1&token=" + "s3cret" * 100, TEXT, body_limit=30)


def test_a_body_that_became_short_by_hiding_says_that_it_is_cut():
    assert (
        kept("token=" + "x" * 100 + " end", TEXT, body_limit=50) == "token=***… (cut: the body has 110 bytes)"
    )


def test_a_body_that_fits_says_nothing():
    assert kept("a" * 1000, TEXT, body_limit=1000) == "a" * 1000


def test_a_binary_body_is_told_by_its_size_and_hash():
    assert kept(b"\xff\xfe", "image/png").startswith("2 bytes, SHA-256 ")


def test_an_exception_is_told_in_place_of_a_body():
    assert kept_body(Answer.from_exception(KeyError("a")), Rules()) == "raised builtins.KeyError"


def test_an_exception_is_told_with_its_place_and_without_its_message():
    try:
        raise KeyError("s3" + "cret")
    except KeyError as error:
        told = whole(Answer.from_exception(error), Rules())
    assert told.startswith("raised builtins.KeyError\n  File ")
    assert "in test_an_exception_is_told_with_its_place" in told
    assert "s3cret" not in told


def test_an_answer_is_told_with_its_status():
    assert whole(Answer(status=404, body=b"gone"), Rules()) == "404\ngone"
    assert whole(None, Rules()) == ""


def test_half_characters_can_be_stored():
    assert kept('{"a": "\\ud800\\u0000"}') == '{"a": "\\ud800\\u0000"}'


@pytest.mark.parametrize(
    "text",
    ["name" * 500_000, "name= " * 300_000, "token" + " " * 2_000_000, '"' * 2_000_000, "name=" * 100_000],
)
def test_searching_a_long_text_for_secrets_takes_no_square_of_its_length(text):
    assert kept(text, TEXT, body_limit=3_000_000)
