"""Kinds: each planted bug reads as one cause, in however many rows and responses it shows."""

from decimal import Decimal

import pytest

from cqrs_routing.comparison import Answer, kind_from, kind_of

from .answers import answer, changed, differences, kind, order, page


def put(**fields):
    """A change of rows that puts other values in place."""
    return lambda row: row.update(fields)


def other_customer(**fields):
    return lambda row: row["customer"].update(fields)


BUGS = {
    "a stale column": (put(status="placed"), "results[].status changed"),
    "rounding": (
        lambda row: row.update(total=f"{float(row['total']) + 0.01:.2f}"),
        "results[].total changed",
    ),
    "a time zone shift": (
        lambda row: row.update(placed_at=row["placed_at"].replace("T10:00:00Z", "T12:00:00+02:00")),
        "results[].placed_at changed",
    ),
    "null instead of a value": (put(note=None), "results[].note null instead of a value"),
    "an extra field": (put(internal=True), "results[].internal extra"),
    "a missing field": (lambda row: row.pop("note"), "results[].note missing"),
    "an integer as a string": (lambda row: row.update(id=str(row["id"])), "results[].id of another type"),
    "a wrong join": (other_customer(id=99, name="Nobody"), "results[].customer.* changed"),
    "a wrong join that shows in the key only": (other_customer(id=99), "results[].customer.* changed"),
    "a customer who is not there": (put(customer=None), "results[].customer null instead of a value"),
    "a line too few": (lambda row: row["lines"].pop(), "results[].lines[] rows missing"),
    "a column of lines": (
        lambda row: row["lines"][0].update(quantity=-1),
        "results[].lines[].quantity changed",
    ),
    "the order of lines": (lambda row: row["lines"].reverse(), "results[].lines in another order"),
    "two columns": (put(status="placed", total="0"), "results[].status, results[].total changed"),
    "another row altogether": (
        put(status="placed", total="0", note=None, line_count=7, lines=[]),
        "results[].* changed",
    ),
}


@pytest.mark.parametrize(("bug", "title"), BUGS.values(), ids=BUGS)
class TestABugInRows:
    def test_has_a_title(self, bug, title):
        assert kind(page(), changed(page(), bug)).title == title

    def test_is_one_kind_in_whichever_rows_of_whichever_page(self, bug, title):
        kinds = {
            kind(page(first), changed(page(first), bug, rows)).digest
            for first in (26, 51, 501)
            for rows in (slice(None), slice(3, 4), slice(0, 20, 7))
        }
        assert len(kinds) == 1


def test_every_bug_is_a_kind_of_its_own():
    titles = {title for _, title in BUGS.values()}
    assert len({kind(page(), changed(page(), bug)).digest for bug, _ in BUGS.values()}) == len(titles)


def test_a_stale_column_is_one_kind_whether_or_not_some_values_are_null():
    body = changed(changed(page(), put(note=None), slice(2)), put(note="?"), slice(4, 5))
    assert kind(page(), body) == kind(page(), changed(page(), put(note="?")))


class TestPages:
    @pytest.mark.parametrize("first", [2, 26, 51])
    def test_a_page_off_by_one_has_other_rows(self, first):
        assert kind(page(first), page(first + 1)).title == "results[] rows missing and extra"

    def test_links_to_other_pages_follow_from_its_rows(self):
        assert kind(page(), page(51)) == kind(page(), page(51) | {"next": page()["next"]})

    def test_a_link_alone_does_not(self):
        assert kind(page(), page() | {"next": None}).title == "next null instead of a value"

    def test_rows_that_a_filter_loses(self):
        body = page(count=999)
        del body["results"][3]
        assert kind(page(), body).title == "results[] rows missing, count changed"

    def test_another_order(self):
        body = page()
        body["results"].sort(key=lambda row: (row["status"], -row["id"]))
        assert kind(page(), body).title == "results in another order"

    def test_another_order_brings_other_rows_to_a_page(self):
        elsewhere, here = kind(page(), page(51)), page()
        here["results"] = [order(80), *reversed(here["results"][1:])]
        in_another_order = kind(page(), here)
        assert in_another_order.title == "results in another order"
        assert in_another_order.covers(elsewhere)
        assert not elsewhere.covers(in_another_order)

    def test_a_filter_that_loses_rows_may_show_in_the_count_only(self):
        body = page(count=999)
        counted = kind(page(), body)
        del body["results"][3]
        lost = kind(page(), body)
        assert lost.covers(counted)
        assert not counted.covers(lost)
        assert not lost.covers(kind(page(), page(51)))

    def test_a_join_has_rows_twice(self):
        body = page()
        body["results"] = [row for row in body["results"] for _ in range(2)]
        assert kind(page(), body).title == "results[] rows extra"
        assert (
            kind(page(1), body | {"results": body["results"][:25]}).title
            == "results[] rows missing and extra"
        )

    def test_the_last_page_is_a_case_of_the_others(self):
        body = page()
        body["results"].pop()
        off_by_one = kind(page(), page(27))
        assert off_by_one.covers(kind(page(), body))
        assert not kind(page(), body).covers(off_by_one)


class TestObjects:
    """A single object, where fewer fields of a wrong customer may happen to differ."""

    def of(self, change):
        other = order(1)
        change(other)
        return kind(order(1), other)

    def test_several_fields_of_an_object_are_one_part(self):
        assert self.of(other_customer(name="?", city="?")) == self.of(other_customer(city="?", email="?"))

    def test_one_field_is_named(self):
        assert self.of(other_customer(city="?")).title == "customer.city changed"

    def test_and_is_a_case_of_the_kind_with_several(self):
        several = self.of(other_customer(name="?", city=None))
        assert several.covers(self.of(other_customer(city="?")))
        assert several.covers(self.of(other_customer(city=None)))
        assert several.covers(several)
        assert not several.covers(self.of(put(total="?")))
        assert not self.of(other_customer(city="?")).covers(several)

    def test_a_kind_with_another_part_is_no_case_of_it(self):
        several = self.of(other_customer(name="?", city="?"))
        both = self.of(lambda row: (other_customer(city="?")(row), put(total="?")(row)))
        assert not several.covers(both)
        assert not both.covers(several)


class TestTheWholeAnswer:
    def test_a_missing_permission(self):
        refused = answer({"detail": "You do not have permission."}, status=403)
        assert kind(page(), refused).title == "status 200 → 403"
        assert kind(page(), refused) == kind(order(1), answer("", status=403))
        assert kind(page(), refused) != kind(page(), answer("", status=404))

    def test_whoever_is_refused_is_so_whatever_is_asked(self):
        def statuses(legacy, candidate):
            return kind(answer({}, status=legacy), answer({}, status=candidate))

        assert statuses(200, 403).covers(statuses(404, 403))
        assert statuses(401, 200).covers(statuses(401, 400))
        assert not statuses(404, 403).covers(statuses(200, 403))
        assert not statuses(200, 404).covers(statuses(400, 404))
        assert not statuses(200, 403).covers(statuses(200, 401))

    def test_json_that_says_it_is_something_else(self):
        sides = (answer({"a": 1}), answer('{ "a": 2 }', content_type="text/html"))
        assert kind(*sides).title == "a changed, Content-Type header changed"

    @pytest.mark.parametrize(
        ("legacy", "candidate", "title"),
        [
            (None, KeyError("a"), "candidate raised builtins.KeyError"),
            (KeyError("a"), None, "legacy raised builtins.KeyError, candidate did not"),
            (
                KeyError("a"),
                ValueError("b"),
                "legacy raised builtins.KeyError, candidate raised builtins.ValueError",
            ),
        ],
    )
    def test_an_exception(self, legacy, candidate, title):
        sides = [Answer.from_exception(error) if error else answer(page()) for error in (legacy, candidate)]
        assert kind(*sides).title == title

    def test_a_header(self):
        assert kind(answer({}, Link="/2"), answer({})).title == "Link header changed"

    def test_another_body_altogether(self):
        other = {f"field_{letter}": 1 for letter in "abcdefgh"}
        assert kind(page(), other).title == "body.* missing and extra"
        assert kind(order(1), other) == kind(page(), other)

    def test_a_body_of_another_type(self):
        assert kind(page(), []).title == "body of another type"

    def test_many_parts_are_one(self):
        legacy = {"a": {letter: {"n": 1} for letter in "abcdefghij"}}
        candidate = {"a": {letter: {"n": 2} for letter in "abcdefghij"}}
        assert kind(legacy, candidate).title == "body.* changed"

    def test_lines_of_text(self):
        sides = (answer(text, content_type="text/csv") for text in ("a,1\nb,2", "a,1\nb,3"))
        assert kind(*sides).title == "lines[] changed"

    def test_a_normalise_that_fails(self):
        failed = kind({"a": 1}, {"a": 2}, normalise=lambda body: body["b"])
        assert failed.title == "comparison failed: builtins.KeyError"

    def test_no_difference(self):
        assert kind(page(), page()).title == "no difference"


class TestRules:
    @pytest.mark.parametrize(
        ("bug", "rules"),
        [
            ("a stale column", {"ignore": ("results[].status",)}),
            ("the order of lines", {"unordered": ("results[].lines",)}),
            ("rounding", {"tolerance": Decimal("0.01")}),
            ("null instead of a value", {"normalise": lambda body: body["count"]}),
        ],
    )
    def test_what_they_allow_is_no_difference(self, bug, rules):
        change, _ = BUGS[bug]
        assert differences(page(), changed(page(), change), **rules) == ()

    def test_they_leave_other_bugs_to_be_seen(self):
        body = changed(changed(page(), put(note=None)), put(status="?"))
        assert kind(page(), body, ignore=("**.note",)).title == "results[].status changed"


@pytest.mark.parametrize(
    "key", ["2025-01-31", "17", "ann@example.org", "SKU-17", "ef1c2d3e-0000-4000-8000-0"]
)
def test_fields_that_are_named_by_data_are_alike(key):
    assert kind({"sold": {key: 1}}, {"sold": {key: 2}}).title == "sold.* changed"


def test_values_are_no_part_of_it():
    assert kind({"a": 1}, {"a": 2}) == kind({"a": 3}, {"a": 4})


def test_it_is_kept_as_json_and_made_again():
    one = kind(page(), changed(page(), BUGS["a wrong join"][0]))
    again = kind_from([list(part) for part in one.parts])
    assert (again, again.digest, again.title) == (one, one.digest, one.title)


def test_a_digest_is_the_same_in_every_process():
    assert kind({"total": 1}, {"total": 2}).digest == "496c7de98840bd7d"


def test_a_title_is_of_limited_length_and_can_be_stored():
    title = kind_of(differences({"\0\ud800" * 300: 1}, {"\0\ud800" * 300: 2})).title
    assert len(title) == 200
    assert "\0" not in title
    assert title.encode()
