"""What is kept of comparisons."""

from cqrs_routing.mismatches.keeping import inconclusive


def test_the_values_in_an_error_of_postgresql_are_not_kept() -> None:
    said = (
        'IntegrityError: duplicate key value violates unique constraint "customers_customer_email_key"\n'
        "DETAIL:  Key (email)=(ada@example.com) already exists.\n"
    )
    kept = inconclusive("POST /api/customers/", said)
    assert (kept.title, kept.diff) == (said.partition("\n")[0],) * 2
    assert kept.is_inconclusive
