"""The tables that rivals need beside the sample's: copies with the columns that they add."""

from benchmarks.summaries import TABLE, execute

COMPUTED = {
    "customer_user_id": "customer_user_id",
    "customer_name": "customer_name",
    "customer_email": "customer_email",
    "customer_city": "customer_city",
    "line_count": "line_count",
    "item_count": "item_count",
    "total": "total",
    "paid": "paid",
    "lines_shown": "lines",
}
"""The computed fields of the rival's order, and the columns of OrderSummary that they are."""


def make_orders() -> None:
    """``rival_order``: the orders, each with what OrderSummary, which must be filled, says about it."""
    added = ", ".join(f"s.{column} AS {name}" for name, column in COMPUTED.items())
    execute(
        f"CREATE TABLE rival_order AS SELECT o.*, {added} FROM orders_order o LEFT JOIN {TABLE} s USING (id)",
        "ALTER TABLE rival_order ADD PRIMARY KEY (id)",
        "CREATE INDEX ON rival_order (customer_id)",
        "CREATE INDEX ON rival_order (status)",
        "CREATE INDEX ON rival_order (placed_at)",
        "VACUUM ANALYZE rival_order",
    )


def make_lines() -> None:
    """``rival_line``: the lines, with the columns of a master model."""
    execute(
        "CREATE TABLE rival_line (LIKE orders_orderline INCLUDING ALL)",
        "ALTER TABLE rival_line ADD cqrs_revision int NOT NULL DEFAULT 0,"
        " ADD cqrs_updated timestamptz NOT NULL DEFAULT now()",
        "INSERT INTO rival_line SELECT * FROM orders_orderline",
        "VACUUM ANALYZE rival_line",
    )


def differing() -> str:
    """SQL that counts the orders about which the rival says something else than OrderSummary."""
    differ = " OR ".join(f"r.{name} IS DISTINCT FROM s.{column}" for name, column in COMPUTED.items())
    return f"SELECT count(*) FROM rival_order r JOIN {TABLE} s USING (id) WHERE {differ}"
