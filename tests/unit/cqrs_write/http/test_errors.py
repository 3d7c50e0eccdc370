import pytest

from cqrs_write.http.problems.errors import errors


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ("wrong", [("#", "wrong")]),
        (["wrong", "and so is this"], [("#", "wrong"), ("#", "and so is this")]),
        ({"text": ["too long"]}, [("#/text", "too long")]),
        (
            {"lines": [{}, {"sku": ["unknown", "too short"]}]},
            [("#/lines/1/sku", "unknown"), ("#/lines/1/sku", "too short")],
        ),
        ({"non_field_errors": ["no"], "detail": "no"}, [("#", "no"), ("#", "no")]),
        ({"a": {"non_field_errors": ["no"]}}, [("#/a", "no")]),
        (
            {"a/b": ["no"], "c~d": ["no"], "e f": ["no"]},
            [("#/a~1b", "no"), ("#/c~0d", "no"), ("#/e%20f", "no")],
        ),
        ({3: 4}, [("#/3", "4")]),
        ([], []),
    ],
)
def test_each_error_has_a_pointer_to_what_it_is_about(detail, expected):
    assert [(one["pointer"], one["detail"]) for one in errors(detail)] == expected
