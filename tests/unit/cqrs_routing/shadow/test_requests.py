"""Requests in files: access logs and lists of URLs, of which only what is safe is taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cqrs_routing.shadow.requests import asked_in


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("/api/orders/", "/api/orders/"),
        ("/api/orders/?page=2&x=%20", "/api/orders/?page=2&x=%20"),
        ("https://shop.example/api/orders/?page=2", "/api/orders/?page=2"),
        ("GET /api/orders/", "/api/orders/"),
        (
            '10.0.0.1 - ann [10/Oct/2026:13:55:36] "GET /api/orders/?page=2 HTTP/1.1" 200 12',
            "/api/orders/?page=2",
        ),
        ('::1 - - [10/Oct/2026] "GET /api/ HTTP/2" 200 1 "https://x/" "Mozilla"', "/api/"),
    ],
)
def test_it_reads(line, path):
    assert [one.path for one in asked_in([line, "\n"])] == [path]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "# a remark",
        "POST /api/orders/",
        '10.0.0.1 - - [10/Oct/2026] "POST /api/orders/ HTTP/1.1" 201 12',
        '10.0.0.1 - - [10/Oct/2026] "HEAD /api/orders/ HTTP/1.1" 200 0',
        "no URL",
        "http://[broken/",
    ],
)
def test_it_leaves_out(line):
    assert list(asked_in([line])) == []


@given(st.lists(st.text()))
def test_nonsense_is_no_error(lines):
    assert all(one.path.startswith("/") for one in asked_in(lines))
