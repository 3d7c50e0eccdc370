import pytest

from cqrs_write.http.idempotency import Key, key_in
from cqrs_write.http.problems import Problem


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ('"8e03978e-40d5-43e8-bc93-6894a57f9324"', "8e03978e-40d5-43e8-bc93-6894a57f9324"),
        ("8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324"),
        ('  "a b, c"  ', "a b, c"),
        (r'"a \"quoted\" \\ b"', 'a "quoted" \\ b'),
        ('"a";v=1', "a"),
        ("dGhpcyBpcyBhIGtleQ==", "dGhpcyBpcyBhIGtleQ=="),
        ("x" * 255, "x" * 255),
    ],
)
def test_a_key_is_a_structured_string_or_bare_text(header, key):
    assert key_in(header) == key


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", "empty"),
        ('""', "empty"),
        ("a b", "double quotes"),
        ("a, b", "double quotes"),
        ('"a", "b"', "double quotes"),
        ('"a', "double quotes"),
        (r'"a\b"', "double quotes"),
        ('"ä"', "double quotes"),
        ('"\t"', "double quotes"),
        ("a\n", "double quotes"),
        ("x" * 256, "256 characters"),
        (f'"{"x" * 256}"', "256 characters"),
    ],
)
def test_anything_else_is_refused_with_the_reason(header, reason):
    if header.endswith("\n"):
        header += "b"
    with pytest.raises(Problem, match=reason) as raised:
        key_in(header)
    assert raised.value.status_code == 400


def test_its_lock_is_that_of_scope_and_text_alone():
    def lock(scope: str, text: str, fingerprint: str = "") -> int:
        return Key(scope=scope, text=text, fingerprint=fingerprint).lock

    assert lock("a", "b", "1") == lock("a", "b", "2")
    assert len({lock("a", "b"), lock("b", "a"), lock("ab", ""), lock("", "ab")}) == 4
    assert -(2**63) <= lock("a", "b") < 2**63
