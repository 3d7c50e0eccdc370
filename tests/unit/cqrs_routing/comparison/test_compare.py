"""Comparing answers: what differs where, in what sort of way."""

from decimal import Decimal

import pytest

from cqrs_routing.comparison import Answer, Rules, Sort, compare

from .answers import answer, differences, found


class TestValues:
    @pytest.mark.parametrize(
        ("legacy", "candidate", "sort"),
        [
            (1, 2, "changed"),
            ("a", "b", "changed"),
            (True, False, "changed"),
            (0.1, 0.10000000000000001, None),
            (1, 1.0, "type"),
            (1, "1", "type"),
            (1, True, "type"),
            (0, False, "type"),
            (0, None, "null"),
            (None, "", "not null"),
            ([], {}, "type"),
            ({}, None, "null"),
        ],
    )
    def test_values_are_compared_exactly(self, legacy, candidate, sort):
        assert found({"a": legacy}, {"a": candidate}) == ([("a", sort)] if sort else [])

    def test_digits_that_a_float_would_lose_count(self):
        assert found('{"a": 0.1000000000000000001}', '{"a": 0.1}') == [("a", "changed")]

    def test_zeros_at_the_end_do_not_count(self):
        assert found('{"a": 1.50}', '{"a": 1.5}') == []

    def test_neither_space_nor_the_order_of_fields_counts(self):
        assert found('{"a": 1, "b": 2}', '{"b":2,"a":1}') == []

    def test_a_difference_has_the_values_of_both_sides(self):
        [difference] = differences('{"a": {"b": 1.5}}', '{"a": {"b": 2.5}}')
        assert (difference.legacy, difference.candidate) == (Decimal("1.5"), Decimal("2.5"))

    def test_a_field_on_one_side_only_is_missing_or_extra(self):
        assert found({"a": 1, "b": 2}, {"a": 1, "c": 3}) == [("b", "missing"), ("c", "extra")]

    def test_null_is_not_the_same_as_nothing(self):
        assert found({"a": None}, {}) == [("a", "missing")]

    def test_not_a_number_is_the_same_as_itself(self):
        assert found('{"a": NaN, "b": 1}', '{"b": 1, "a": NaN}') == []

    def test_the_body_itself_can_be_of_another_type(self):
        assert found([], {}) == [("body", "type")]


class TestTolerance:
    @pytest.mark.parametrize(
        ("legacy", "candidate"),
        [("12.30", "12.31"), (12.3, 12.31), (12, 12.01), ("-0.01", "0"), (10**30, 10**30)],
    )
    def test_numbers_may_be_as_far_apart(self, legacy, candidate):
        assert found([legacy], [candidate], tolerance=0.01) == []

    @pytest.mark.parametrize(
        ("legacy", "candidate"),
        [("12.30", "12.32"), (1, "1"), (1, True), ("1e1", "10"), ("a", "b"), (1.0, None)],
    )
    def test_nothing_else_may(self, legacy, candidate):
        assert len(found([legacy], [candidate], tolerance=Decimal("0.01"))) == 1

    def test_a_number_beyond_all_reckoning_is_told(self):
        assert found('{"a": 1e999999999}', '{"a": -1e999999999}', tolerance=1) == [("a", "changed")]

    def test_it_goes_for_lists_in_which_values_have_changed_places(self):
        assert found([1.00, 1.01, 5.00], [1.01, 1.00, 5.01], tolerance=0.01) == []


class TestIgnored:
    def test_a_field_of_every_row(self):
        legacy = {"results": [{"id": 1, "etag": "a", "n": 1}]}
        candidate = {"results": [{"id": 1, "etag": "b", "n": 2}]}
        assert found(legacy, candidate, ignore=("results[].etag",)) == [("results[id=1].n", "changed")]

    def test_with_all_that_is_below_it(self):
        assert found({"meta": {"a": {"b": 1}}}, {"meta": {"a": {"b": 2}}}, ignore=("meta.*",)) == []

    def test_also_where_one_side_lacks_it(self):
        assert found({"a": {"etag": 1}}, {"a": {}}, ignore=("**.etag",)) == []

    def test_elements_of_a_list(self):
        assert found({"tags": ["a"]}, {"tags": ["b", "c"]}, ignore=("tags[]",)) == []

    def test_the_whole_body(self):
        assert found({"a": 1}, [], ignore=("**",)) == []


class TestUnordered:
    def test_the_order_does_not_matter(self):
        assert found({"tags": ["a", "b"]}, {"tags": ["b", "a"]}, unordered=("tags",)) == []

    def test_nor_does_that_of_rows(self):
        assert found({"r": [{"id": 1}, {"id": 2}]}, {"r": [{"id": 2}, {"id": 1}]}, unordered=("r",)) == []

    def test_how_often_something_is_there_does(self):
        tags = {"tags": ["a", "a", "b"]}, {"tags": ["b", "b", "a"]}
        assert found(*tags, unordered=("tags",)) == [("tags[1]", "changed")]

    def test_what_has_changed_is_found(self):
        rows = [{"n": 1, "m": 1}, {"n": 2, "m": 1}], [{"n": 2, "m": 1}, {"n": 1, "m": 5}]
        assert found(*rows, unordered=("**",)) == [("[0].m", "changed")]

    def test_lists_in_lists(self):
        assert found([[1, 2], [3, 4]], [[4, 3], [2, 1]], unordered=("**",)) == []

    def test_lists_in_one_whose_order_does_matter(self):
        assert found([[1, 2], [3], [5]], [[2, 1], [4], [5]], unordered=("[]",)) == [("[1][0]", "changed")]

    def test_what_is_ignored_does_not_tell_elements_apart(self):
        rows = [{"n": 1, "at": 1}, {"n": 2, "at": 2}], [{"n": 2, "at": 3}, {"n": 1, "at": 4}]
        assert found(*rows, unordered=("**",), ignore=("[].at",)) == []


class TestNormalise:
    def test_bodies_are_compared_after_it(self):
        assert found({"a": "X"}, {"a": "x"}, normalise=lambda body: {"a": body["a"].lower()}) == []

    def test_it_gets_fractions_as_decimals(self):
        assert found("[1.14]", "[1.11]", normalise=lambda body: [body[0].quantize(Decimal("0.1"))]) == []

    def test_it_gets_another_body_as_text(self):
        pages = (answer(f"<p>{word}</p>", content_type="text/html") for word in ("a", "b"))
        assert found(*pages, normalise=lambda body: body.replace("b", "a")) == []

    def test_when_it_raises_that_is_the_difference(self):
        [difference] = differences({"a": 1}, {"a": 2}, normalise=lambda body: body["b"])
        assert (difference.sort, difference.candidate) == (Sort.FAILED, "builtins.KeyError")

    def test_values_that_it_invents_are_compared(self):
        assert found("[1]", "[2]", normalise=set) == [("body", "changed")]


class TestOtherBodies:
    def test_text_is_compared_line_by_line(self):
        legacy = answer("id,total\n1,2.00\n2,3.00\n", content_type="text/csv")
        candidate = answer("id,total\n1,2.50\n2,3.00\n", content_type="text/csv")
        assert found(legacy, candidate) == [("lines[1]", "changed")]

    def test_a_line_more_does_not_change_those_after_it(self):
        legacy = answer("a\nb\nc\nd", content_type="text/plain")
        assert found(legacy, answer("a\nx\nb\nc\nd", content_type="text/plain")) == [("lines[1]", "extra")]

    def test_the_end_of_lines_counts(self):
        assert len(found(*(answer(text, content_type="text/csv") for text in ("a\r\n", "a\n")))) == 1

    @pytest.mark.parametrize(
        "body", ["{'a': 1}", '{"a": 1', "", '{"a": 1}}', "[" * 5000, "1" * 5000, "\ufeff{"]
    )
    def test_what_only_says_that_it_is_json_is_text(self, body):
        assert found('{"a": 1}', body)[0][0].startswith("lines")

    def test_json_that_is_nested_beyond_reason_is_text(self):
        deep, other = ('{"a":' * 300 + value + "}" * 300 for value in "12")
        assert found(deep, other) == [("lines[0]", "changed")]

    def test_binary_bodies_are_told_by_size_and_hash(self):
        [difference] = differences(
            answer(b"\xff\x01", content_type="image/png"), answer(b"\xff\x02"), headers=()
        )
        assert difference.legacy.startswith("2 bytes, SHA-256 ")
        assert difference.legacy != difference.candidate


class TestHeaders:
    def test_the_usual_ones_are_compared(self):
        legacy = answer({}, **{"Content-Language": "en", "X-Served-By": "a"})
        candidate = answer({}, **{"Content-Language": "de", "X-Served-By": "b", "Link": "</next>"})
        assert found(legacy, candidate) == [("Content-Language", "header"), ("Link", "header")]

    def test_or_those_that_are_named(self):
        legacy, candidate = answer({}, ETag="a", Allow="GET"), answer({}, etag="b", Allow="GET, POST")
        assert found(legacy, candidate, headers=("ETag",)) == [("ETag", "header")]


class TestStatusAndError:
    def test_another_status_hides_the_body(self):
        [difference] = differences(answer({"a": 1}), answer({"detail": "No."}, status=403, Allow="GET"))
        assert (difference.sort, difference.legacy, difference.candidate) == (Sort.STATUS, 200, 403)

    def test_an_exception_hides_everything(self):
        [difference] = differences(answer({"a": 1}), Answer.from_exception(KeyError("a")))
        assert (difference.sort, difference.candidate) == (Sort.ERROR, "builtins.KeyError")

    def test_the_same_exception_is_the_same_answer(self):
        assert compare(Answer.from_exception(KeyError("a")), Answer.from_exception(KeyError("b"))) == ()


def test_equal_bytes_are_not_looked_into():
    def refuse(body):
        raise AssertionError("looked into")

    assert compare(answer({"a": 1}), answer({"a": 1}), Rules(normalise=refuse)) == ()


def test_no_more_than_a_thousand_differences_are_kept():
    legacy = {f"{'abcdefghij'[index % 10]}{index}": 1 for index in range(5000)}
    assert len(differences(legacy, dict.fromkeys(legacy, 2))) == 1000
