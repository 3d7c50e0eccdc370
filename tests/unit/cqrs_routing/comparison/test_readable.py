"""Readable differences: short, and without what nobody may see."""

from cqrs_routing.comparison import Answer, Rules, readable

from .answers import answer, changed, differences, page


def text(legacy, candidate, **rules):
    return readable(differences(legacy, candidate, **rules), Rules(**rules))


def test_a_difference_is_its_place_and_both_values():
    body = changed(page(), lambda row: row.update(total=None), slice(1))
    assert text(page(), body) == ('results[id=26].total: null\n  legacy     "91.00"\n  candidate  null')


def test_numbers_are_written_as_they_were():
    assert '"a": 1.50' in text('[{"a": 1.50, "b": 1}]', "[]")


def test_what_is_on_one_side_only():
    assert text({"a": 1}, {"b": None}) == (
        "a: missing\n  legacy     1\n  candidate  (nothing)\nb: extra\n  legacy     (nothing)\n  candidate  null"
    )


def test_a_status_has_no_place():
    assert text(answer({}), answer({}, status=403)) == "status\n  legacy     200\n  candidate  403"


def test_nor_has_an_exception():
    raised = Answer.from_exception(KeyError("a"))
    assert text(answer({}), raised) == 'error\n  legacy     (nothing)\n  candidate  "builtins.KeyError"'


def test_a_header_that_is_missing():
    assert (
        text(answer({}, Link="/2"), answer({})) == 'Link: header\n  legacy     "/2"\n  candidate  (nothing)'
    )


def test_a_failed_comparison():
    assert text([1], [2], normalise=lambda body: body["a"]) == "comparison failed: builtins.TypeError"


def test_a_sensitive_field_is_hidden():
    legacy, candidate = ({"user": {"api_token": value, "pin": value}} for value in ("s3cret", "other"))
    shown = text(legacy, candidate, sensitive=("PIN",))
    assert shown.count("***") == 4
    assert "s3cret" not in shown
    assert "other" not in shown


def test_so_is_one_within_a_value_and_one_above_it():
    assert "s3cret" not in text({"a": [{"id": 1, "password": "s3cret"}]}, {"a": []})
    assert "s3cret" not in text({"cookies": {"a": "s3cret"}}, {"cookies": {"a": "another"}})
    assert "s3cret" not in text({"next": "/?token=s3cret"}, {"next": None})


def test_what_a_hidden_value_was_is_not_told_by_its_absence():
    assert text({"token": "s3cret"}, {}) == 'token: missing\n  legacy     "***"\n  candidate  (nothing)'


def test_long_values_are_shown_where_they_differ():
    legacy, candidate = ("same " * 1000 + word + " more" * 1000 for word in ("LEFT", "RIGHT"))
    shown = text({"a": legacy}, {"a": candidate})
    assert "LEFT" in shown
    assert "RIGHT" in shown
    assert len(shown) < 500


def test_a_value_that_goes_on_is_shown_at_its_end():
    assert 'same and on"' in text({"a": "same " * 100}, {"a": "same " * 100 + "and on"})


def test_only_the_first_are_shown():
    legacy = {f"{letter}{other}": 1 for letter in "abcdef" for other in "abcdef"}
    shown = text(legacy, dict.fromkeys(legacy, 2))
    assert shown.count("changed") == 30
    assert shown.endswith("and 6 more")


def test_it_is_small_and_storable_however_large_the_answers_are():
    legacy = {f"{'name' * 500}{letter}\ud800": ["\0" * 100_000] for letter in "abcdefghijkl"}
    shown = text(legacy, {})
    assert len(shown.encode()) < 20_000
    assert "\0" not in shown
