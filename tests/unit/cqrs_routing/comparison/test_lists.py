"""Lists: rows that are missing, extra, changed or in another order are told apart."""

import random

from cqrs_routing.comparison import Sort

from .answers import answer, differences, found


def rows(*ids, **fields):
    return [{"id": each, "n": each * 10} | fields for each in ids]


class TestRowsWithAnIdentity:
    def test_a_missing_row_does_not_change_those_after_it(self):
        assert found(rows(1, 2, 3), rows(1, 3)) == [("[id=2]", "missing")]

    def test_nor_does_an_extra_one(self):
        assert found(rows(1, 2), rows(1, 9, 2)) == [("[id=9]", "extra")]

    def test_another_order_is_one_difference(self):
        [difference] = differences(rows(1, 2, 3), rows(3, 1, 2))
        assert (str(difference.path), difference.sort) == ("body", Sort.ORDER)
        assert (difference.legacy, difference.candidate) == (["1", "2", "3"], ["3", "1", "2"])

    def test_a_missing_row_is_no_other_order(self):
        assert found(rows(1, 2, 3), rows(2, 3, 4)) == [("[id=1]", "missing"), ("[id=4]", "extra")]

    def test_a_row_in_another_place_is_compared_with_itself(self):
        assert found(rows(1, 2), [{"id": 2, "n": 20}, {"id": 1, "n": 0}]) == [
            ("body", "order"),
            ("[id=1].n", "changed"),
        ]

    def test_an_identity_of_another_type_is_told_as_that(self):
        assert found([{"id": 1}, {"id": 2}], [{"id": "1"}, {"id": "2"}]) == [
            ("[id=1].id", "type"),
            ("[id=2].id", "type"),
        ]

    def test_it_is_another_field_where_the_first_does_not_tell_rows_apart(self):
        legacy = [{"id": 1, "sku": "a"}, {"id": 1, "sku": "b"}]
        assert found(legacy, legacy[1:]) == [("[sku=a]", "missing")]

    def test_or_where_it_is_generated_anew(self):
        legacy = [{"id": 1, "sku": "a"}, {"id": 2, "sku": "b"}]
        candidate = [{"id": 7, "sku": "a"}, {"id": 8, "sku": "b"}]
        assert found(legacy, candidate) == [("[sku=a].id", "changed"), ("[sku=b].id", "changed")]

    def test_a_list_can_be_empty_on_one_side(self):
        assert found(rows(1, 2), []) == [("[id=1]", "missing"), ("[id=2]", "missing")]

    def test_a_sensitive_field_is_none_since_paths_show_it(self):
        assert found([{"key": "s3cret"}], [], sensitive=("key",)) == [("[0]", "missing")]

    def test_another_page_altogether_has_other_rows(self):
        assert {sort for _, sort in found(rows(1, 2), rows(3, 4))} == {"missing", "extra"}


class TestOtherElements:
    def test_an_element_more_does_not_change_those_after_it(self):
        assert found(list("abcd"), list("axbcd")) == [("[1]", "extra")]

    def test_a_value_in_its_place_is_changed(self):
        assert found(list("abc"), list("axc")) == [("[1]", "changed")]

    def test_all_of_them_can_be(self):
        assert found([1, 2], ["1", "2"]) == [("[0]", "type"), ("[1]", "type")]

    def test_another_order_is_one_difference(self):
        assert found(list("abcd"), list("dabc")) == [("body", "order")]

    def test_several_places_are_told_apart(self):
        assert found(list("abcdefgh"), list("abXdefhi")) == [
            ("[6]", "missing"),
            ("[7]", "extra"),
            ("[2]", "changed"),
        ]

    def test_an_element_can_be_there_once_less(self):
        assert found(["a", "a", "b"], ["a", "b"]) == [("[1]", "missing")]

    def test_rows_without_an_identity_are_found_by_their_neighbours(self):
        legacy = [{"day": day % 3, "n": day} for day in range(8)]
        candidate = [*legacy[:2], *legacy[3:5], {"day": 9, "n": 5}, *legacy[6:]]
        assert found(legacy, candidate) == [("[2]", "missing"), ("[5].day", "changed")]


class TestLargeLists:
    """Alignments that take the square of the length would not come to an end here."""

    size = 20_000

    def test_repeated_elements(self):
        legacy = [index % 3 for index in range(self.size)]
        candidate = [index * 7 % 3 for index in range(self.size - 1)]
        assert {sort for _, sort in found(legacy, candidate)} <= {"missing", "extra"}

    def test_a_shuffled_list_with_a_new_element(self):
        shuffled = random.Random(7).sample(range(self.size), self.size)
        assert found(list(range(self.size)), [*shuffled, -1])

    def test_elements_added_at_both_ends(self):
        legacy = list(range(self.size))
        candidate = [*legacy[:10], -1, *legacy[10:-10], -2, *legacy[-10:]]
        assert found(legacy, candidate) == [("[10]", "extra"), (f"[{self.size - 9}]", "extra")]

    def test_differences_alike_are_kept_as_examples(self):
        legacy = rows(*range(self.size))
        candidate = [row | {"n": -1} for row in legacy[:-1]] + [{"id": self.size - 1, "n": None}]
        result = found(legacy, candidate)
        assert len([sort for _, sort in result if sort == "changed"]) == 20
        assert result[-1] == (f"[id={self.size - 1}].n", "null")

    def test_a_large_text(self):
        lines = [f"{index},{index % 10}" for index in range(self.size)]
        legacy, candidate = (
            answer("\n".join(text), content_type="text/csv") for text in (lines, [*lines[:50], *lines[51:]])
        )
        assert found(legacy, candidate) == [("lines[50]", "missing")]
