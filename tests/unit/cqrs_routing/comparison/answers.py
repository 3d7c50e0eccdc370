"""Answers as the sample's order endpoints give them."""

import json

from cqrs_routing.comparison import Answer, Rules, compare, kind_of

JSON = "application/json"


def answer(body, *, content_type=JSON, status=200, **headers):
    """An answer with ``body``: bytes, text, or what is written as JSON."""
    if not isinstance(body, (bytes, str)):
        body = json.dumps(body)
    return Answer(
        status=status,
        headers={"Content-Type": content_type, **headers},
        body=body.encode() if isinstance(body, str) else body,
    )


def order(number):
    return {
        "id": number,
        "number": f"A-{number:05}",
        "status": "paid",
        "placed_at": f"2025-01-{number % 28 + 1:02}T10:00:00Z",
        "note": "by the door",
        "customer": {
            "id": number % 7,
            "name": f"Customer {number % 7}",
            "email": "c@example.org",
            "city": "Ghent",
        },
        "line_count": 2,
        "total": f"{number * 3.5:.2f}",
        "lines": [{"sku": f"S-{line}", "quantity": line, "unit_price": "3.50"} for line in (1, 2)],
    }


def page(first=26, size=25, *, count=1000):
    """A page of orders, from the one numbered ``first`` on."""
    return {
        "count": count,
        "next": f"http://shop/orders/?offset={first + size}",
        "previous": f"http://shop/orders/?offset={first - size}",
        "results": [order(number) for number in range(first, first + size)],
    }


def changed(body, change, rows=slice(None)):
    """``body`` after ``change`` of some of its rows."""
    for row in body["results"][rows]:
        change(row)
    return body


def differences(legacy, candidate, **rules):
    """Differences of two bodies, or of two answers."""
    sides = [side if isinstance(side, Answer) else answer(side) for side in (legacy, candidate)]
    return compare(*sides, Rules(**rules))


def found(legacy, candidate, **rules):
    """The differences in short: place, sort."""
    return [(str(item.path), item.sort.value) for item in differences(legacy, candidate, **rules)]


def kind(legacy, candidate, **rules):
    return kind_of(differences(legacy, candidate, **rules))
