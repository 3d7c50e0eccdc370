"""What holds for all answers."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from cqrs_routing.comparison import Answer, Rules, compare, kept_body, kind_from, kind_of, readable

PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats()
    | st.sampled_from(["", "1", "1.0", "a", "\ud800"])
)
NAMES = st.sampled_from(["id", "name", "token", "a", "b", "next", "2025-01-01", "", "*", "x.y"])
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=25,
)
ROWS = st.lists(st.fixed_dictionaries({"id": st.integers(0, 4), "n": PLAIN}), max_size=6)
NUMBERS = st.lists(st.sampled_from([1, 1.0, 1.01, 1.02, "1.01", 5, None]), max_size=6)
JSON_BODIES = (VALUES | ROWS | NUMBERS | NUMBERS.map(lambda n: [n, n[::-1]])).map(json.dumps).map(str.encode)
BODIES = JSON_BODIES | st.binary(max_size=30) | st.text("ab\n\r\0é", max_size=20).map(str.encode)
TYPES = st.sampled_from(
    ["application/json", "text/csv", "text/html; charset=latin-1", "image/png", "x;charset=hex"]
)

ANSWERS = st.builds(
    lambda status, content_type, body, error: Answer(
        status=status, headers={"Content-Type": content_type}, body=body, error=error
    ),
    st.sampled_from([200, 200, 200, 404]),
    TYPES,
    BODIES,
    st.sampled_from(["", "", "", "builtins.KeyError"]),
)
JSON_ANSWERS = JSON_BODIES.map(
    lambda body: Answer(status=200, headers={"Content-Type": "application/json"}, body=body)
)
PATTERNS = st.lists(st.sampled_from(["id", "**.name", "[]", "[].n", "a.*", "**", "b[].a"]), max_size=2).map(
    tuple
)
RULES = st.builds(
    lambda ignore, unordered, tolerance, normalise: Rules(
        ignore=ignore, unordered=unordered, tolerance=tolerance, normalise=normalise, body_limit=40
    ),
    PATTERNS,
    PATTERNS,
    st.sampled_from([0, 0.01, 1]),
    st.sampled_from(
        [None, None, None, str, set, lambda body: body["a"], lambda body: [body, 1.5, float("nan")]]
    ),
)

many = settings(max_examples=150, deadline=None)


@many
@given(ANSWERS, RULES)
def test_an_answer_does_not_differ_from_itself(answer, rules):
    assert compare(answer, Answer.from_dict(answer.to_dict()), rules) == ()


@many
@given(JSON_ANSWERS)
def test_nor_from_itself_written_in_another_way(answer):
    written = json.dumps(json.loads(answer.body), indent=2, sort_keys=True, ensure_ascii=False)
    again = Answer(status=200, headers=answer.headers, body=written.encode(errors="surrogatepass"))
    assert compare(answer, again) == ()


@many
@given(ANSWERS | JSON_ANSWERS, ANSWERS | JSON_ANSWERS, RULES)
def test_whatever_the_answers_are_their_differences_can_be_told_and_kept(legacy, candidate, rules):
    differences = compare(legacy, candidate, rules)
    kind = kind_of(differences)
    for text in (
        kind.title,
        readable(differences, rules),
        kept_body(legacy, rules),
        kept_body(candidate, rules),
    ):
        assert "\0" not in text
        text.encode()
    assert kind_from(json.loads(json.dumps(kind.parts))) == kind
    assert kind.covers(kind)


@many
@given(JSON_ANSWERS | ANSWERS, JSON_ANSWERS | ANSWERS, RULES)
def test_both_ways_there_is_a_difference_or_none(legacy, candidate, rules):
    assert bool(compare(legacy, candidate, rules)) == bool(compare(candidate, legacy, rules))


@many
@given(JSON_ANSWERS, JSON_ANSWERS)
def test_only_what_is_equal_does_not_differ(legacy, candidate):
    def exact(value):
        if isinstance(value, dict):
            return "object", {name: exact(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return "list", list(map(exact, value))
        # There is one zero only.
        return type(value).__name__, repr(value + 0.0 if isinstance(value, float) else value)

    equal = exact(json.loads(legacy.body)) == exact(json.loads(candidate.body))
    assert (compare(legacy, candidate) == ()) == equal


@many
@given(JSON_ANSWERS, JSON_ANSWERS)
def test_what_is_ignored_altogether_does_not_differ(legacy, candidate):
    assert compare(legacy, candidate, Rules(ignore=("**",))) == ()
