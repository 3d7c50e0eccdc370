"""What can be measured: every benchmark with its figures, and how much data it wants."""

from benchmarks.benchmark import Benchmark, Figure

CAPTURE = Benchmark(
    name="capture",
    title="What a write costs with the triggers, where 1 is without them",
    scale=5,
    quick_scale=0.05,
    figures=(
        Figure(
            name="tx_ratio",
            meaning="a transaction of four statements, three captured: placing an order",
            at_most=1.2,
        ),
        Figure(
            name="bulk_update_ratio",
            meaning="UPDATE of 100,000 lines' unit_price, captured",
            at_most=1.4,
        ),
        Figure(
            name="unrelated_update_ratio",
            meaning="lock a product, take its stock (nothing uses it), commit",
            at_most=1.1,
        ),
        Figure(
            name="bulk_status_update_ratio",
            meaning="UPDATE of 100,000 orders' status, captured and indexed",
        ),
        Figure(
            name="unrelated_bulk_update_ratio",
            meaning="UPDATE of 100,000 orders' updated_at, which nothing uses",
        ),
        Figure(
            name="unrelated_bare_update_ratio",
            meaning="the worst case: that stock update alone, autocommitted",
        ),
    ),
)

READ = Benchmark(
    name="read",
    title="The order list over HTTP, one sync worker on one core (requests per second)",
    scale=1,
    quick_scale=0.05,
    figures=(
        Figure(name="speedup_vs_legacy", meaning="read model / legacy view", at_least=20),
        Figure(name="speedup_vs_tuned", meaning="read model / the same view, tuned by hand", at_least=3),
        Figure(name="speedup_vs_tuned_page", meaning="the same for pages of 25 only"),
        Figure(name="read_model_rps", meaning="requests/s: read model"),
        Figure(name="tuned_rps", meaning="requests/s: tuned by hand"),
        Figure(name="legacy_rps", meaning="requests/s: legacy"),
        Figure(name="empty_view_rps", meaning="requests/s: authenticates, answers {}: the stack's limit"),
        Figure(
            name="count_ms",
            meaning="ms to count the unfiltered list, which a page's number needs",
        ),
    ),
)

BACKFILL = Benchmark(
    name="backfill",
    title="Filling OrderSummary in chunks, against one INSERT … SELECT of the same query",
    scale=5,
    quick_scale=0.05,
    figures=(
        Figure(
            name="ratio_to_insert_select",
            meaning="rows/s of the backfill / rows/s of one INSERT … SELECT",
            at_least=0.85,
        ),
        Figure(name="rows_per_s", meaning="rows/s: backfill"),
        Figure(name="insert_select_rows_per_s", meaning="rows/s: INSERT … SELECT"),
        Figure(
            name="memory_ratio",
            meaning="peak memory of a backfill of ten times as many rows / of this many",
            at_most=1.05,
        ),
        Figure(name="peak_mb", meaning="MB: the process that backfills, at its peak"),
    ),
)

REFRESH = Benchmark(
    name="refresh",
    title="Recomputing orders whose lines changed here and there, 5,000 at a time (orders per second)",
    scale=5,
    quick_scale=0.05,
    rivals=True,
    # The rows of both sides and their tables fit: with the default of 128 MB it is reading pages that is measured.
    server={"shared_buffers": "512MB"},
    figures=(
        Figure(name="keys_per_s", meaning="orders/s: refresh", at_least=25_000),
        Figure(
            name="ratio_to_computedfields",
            meaning="refresh / django-computedfields' update_dependent",
            at_least=5,
        ),
        Figure(name="computedfields_keys_per_s", meaning="orders/s: update_dependent with fast_update"),
    ),
)

WRITE_COST = Benchmark(
    name="write_cost",
    title="What one save() of an order line costs, where 1 is the plain one",
    scale=1,
    quick_scale=0.05,
    rivals=True,
    figures=(
        Figure(name="ratio_to_plain", meaning="with the triggers", at_most=1.25),
        Figure(name="computedfields_ratio_to_plain", meaning="with django-computedfields' resolver"),
        Figure(name="django_cqrs_ratio_to_plain", meaning="with django-cqrs' signals, sending nothing"),
        Figure(name="plain_ms", meaning="ms: the plain one"),
        Figure(name="transaction_ratio", meaning="1,000 of them in one transaction, with the triggers"),
        Figure(
            name="readers_ratio",
            meaning="reads/s of those lines beside such a transaction, with / without the triggers",
        ),
    ),
)

VERIFY = Benchmark(
    name="verify",
    title="Comparing OrderSummary with its declaration, against reading both sides once",
    scale=5,
    quick_scale=0.05,
    figures=(
        Figure(
            name="ratio_to_reading_both",
            meaning="rows/s of the verification / rows/s of computing all rows and reading all rows",
            at_least=0.5,
        ),
        Figure(name="rows_per_s", meaning="rows/s: verify"),
        Figure(name="reading_both_rows_per_s", meaning="rows/s: computing and reading"),
    ),
)

LAG = Benchmark(
    name="lag",
    title="From a write's commit until the read model shows it, with cqrs_refresh --follow",
    scale=5,
    quick_scale=0.05,
    server={"track_commit_timestamp": "on", "autovacuum": "on"},
    figures=(
        Figure(name="p50_ms_at_200", meaning="ms: half of the writes, at 200 a second"),
        Figure(name="p99_ms_at_200", meaning="ms: 99 of 100 writes, at 200 a second", at_most=50),
        Figure(name="p50_ms_at_1000", meaning="ms: half of the writes, at 1,000 a second"),
        Figure(name="p99_ms_at_1000", meaning="ms: 99 of 100 writes, at 1,000 a second", at_most=100),
        Figure(name="achieved_at_200", meaning="write transactions/s that were reached"),
        Figure(name="achieved_at_1000", meaning="write transactions/s that were reached"),
        Figure(
            name="max_ms_beside_fan_out",
            meaning="ms: the longest wait at 200 a second while a change fans out to other orders",
            at_most=1000,
        ),
        Figure(name="p99_ms_beside_fan_out", meaning="ms: 99 of 100 of these"),
        Figure(name="fan_out_s", meaning="s: until that change shows in all of these"),
    ),
)

EXECUTE = Benchmark(
    name="execute",
    title="Commands that Celery workers execute, against plain Celery tasks with the same INSERT",
    scale=0.05,
    quick_scale=0.05,
    server={"autovacuum": "on"},
    figures=(
        Figure(
            name="ratio_to_plain_celery", meaning="commands / tasks, with one worker process", at_least=1.5
        ),
        Figure(
            name="grouped_ratio_to_plain_celery",
            meaning="commands that share transactions / tasks, one process",
            at_least=3,
        ),
        Figure(
            name="ratio_to_plain_celery_two_workers",
            meaning="commands / tasks, two processes",
            at_least=1.5,
        ),
        Figure(
            name="grouped_ratio_to_plain_celery_two_workers",
            meaning="commands that share transactions / tasks, two processes",
            at_least=3,
        ),
        Figure(name="tasks_per_s", meaning="tasks/s: one process"),
        Figure(name="commands_per_s", meaning="commands/s: one process"),
        Figure(name="grouped_commands_per_s", meaning="commands/s: one process, shared transactions"),
        Figure(name="tasks_per_s_two_workers", meaning="tasks/s: two processes"),
        Figure(name="commands_per_s_two_workers", meaning="commands/s: two processes"),
        Figure(name="grouped_commands_per_s_two_workers", meaning="commands/s: two processes, shared"),
        Figure(
            name="misled_commands_per_s",
            meaning="commands/s: one process, statistics taken while nothing was open",
        ),
    ),
)

ACCEPT = Benchmark(
    name="accept",
    title="Orders accepted over HTTP, one sync worker on one core (requests per second)",
    scale=1,
    quick_scale=0.05,
    figures=(
        Figure(
            name="ratio_to_bare_view",
            meaning="202 / a view that checks the same body and inserts one row",
            at_least=0.9,
        ),
        Figure(name="ratio_to_legacy", meaning="202 / the legacy view, which does all the work"),
        Figure(
            name="p99_ratio_with_backlog",
            meaning="the slowest of 100 requests, 100,000 commands waiting / none",
            at_most=1.5,
        ),
        Figure(name="accepted_per_s", meaning="requests/s: 202"),
        Figure(name="bare_view_per_s", meaning="requests/s: bare view"),
        Figure(name="legacy_per_s", meaning="requests/s: legacy"),
        Figure(name="p99_ms", meaning="ms: 99 of 100 requests, no command waiting"),
    ),
)

BATCH = Benchmark(
    name="batch",
    title="Drivers' positions in batches, against report by report (reports per second)",
    scale=1,
    quick_scale=0.05,
    figures=(
        Figure(name="ratio_to_legacy", meaning="batches / the legacy service, executed", at_least=15),
        Figure(
            name="http_ratio_to_legacy",
            meaning="500 in a request, and executed / the legacy endpoint",
            at_least=10,
        ),
        Figure(name="reports_per_s", meaning="reports/s: executed in batches"),
        Figure(name="legacy_reports_per_s", meaning="reports/s: the legacy service"),
        Figure(name="http_reports_per_s", meaning="reports/s: over HTTP and executed"),
        Figure(name="legacy_http_reports_per_s", meaning="reports/s: the legacy endpoint"),
    ),
)

IDLE = Benchmark(
    name="idle",
    title="Queries of a worker and a beat that have nothing to do",
    scale=0.05,
    quick_scale=0.05,
    figures=(
        Figure(
            name="queries_per_minute",
            meaning="transactions/min: sweep, trim, refresh, sampler",
            at_most=200,
        ),
    ),
)

ROUTING = Benchmark(
    name="routing",
    title="What routing adds to a request whose view does nothing (microseconds)",
    scale=0.05,
    quick_scale=0.05,
    rivals=True,
    figures=(
        Figure(
            name="unrouted_us", meaning="µs more: a request that is not routed", at_most=3, is_difference=True
        ),
        Figure(
            name="routed_us",
            meaning="µs more: one that the candidate answers",
            at_most=15,
            is_difference=True,
        ),
        Figure(name="legacy_us", meaning="µs more: one of a declared endpoint in legacy", is_difference=True),
        Figure(name="canary_us", meaning="µs more: one of an endpoint in canary", is_difference=True),
        Figure(
            name="decision_ratio_to_waffle",
            meaning="deciding by a percentage / waffle.flag_is_active",
            at_most=0.05,
        ),
        Figure(name="decision_us", meaning="µs: that decision"),
        Figure(name="waffle_us", meaning="µs: flag_is_active, its cache in the process"),
        Figure(name="bare_us", meaning="µs: the request without the middleware"),
    ),
)

SHADOW = Benchmark(
    name="shadow",
    title="The legacy order list with every request compared, where 1 is with none",
    scale=1,
    quick_scale=0.05,
    figures=(
        Figure(
            name="p50_ratio", meaning="half of the answers, at a third of the worker's capacity", at_most=1.1
        ),
        Figure(name="p99_ratio", meaning="99 of 100 answers, at that rate", at_most=1.3),
        Figure(
            name="throughput_ratio_at_saturation",
            meaning="requests/s where the worker is always busy",
            at_least=0.9,
        ),
        Figure(name="p50_ms", meaning="ms: half of the answers, none compared"),
        Figure(name="p99_ms", meaning="ms: 99 of 100 of these"),
        Figure(name="per_s_at_saturation", meaning="requests/s: none compared"),
    ),
)

REHEARSAL = Benchmark(
    name="rehearsal",
    title="An order placed by the legacy view and rehearsed, against a plain one",
    scale=1,
    quick_scale=0.05,
    figures=(
        Figure(
            name="ratio_to_plain",
            meaning="rehearsed: the handler in a sandbox, then legacy, recorded",
            at_most=2,
        ),
        Figure(name="dormant_ratio_to_plain", meaning="with image triggers that lie dormant", at_most=1.2),
        Figure(name="plain_ms", meaning="ms: half of the plain orders"),
        Figure(name="rehearsed_ms", meaning="ms: half of the rehearsed ones"),
    ),
)

FRESHNESS = Benchmark(
    name="freshness",
    title="Reading what was just written, with freshness tokens (milliseconds)",
    scale=1,
    quick_scale=0.05,
    server={"autovacuum": "on"},
    figures=(
        Figure(
            name="added_ms",
            meaning="ms that a read takes longer for its token, whose write is in the rows",
            at_most=0.3,
        ),
        Figure(
            name="round_trip_ms",
            meaning="ms: a SELECT 1 over the same connection",
        ),
        Figure(
            name="lookup_ms",
            meaning="ms: the read model's position by its key and nothing else, the least that asking costs",
        ),
        Figure(
            name="looking_ms",
            meaning="ms: the same where nothing was to be consumed, which the change log tells",
        ),
        Figure(
            name="beside_long_transaction_ms",
            meaning="ms: that beside a transaction behind which 100,000 changes are in the log",
        ),
        Figure(name="token_ms", meaning="ms: the token of a write"),
        Figure(name="waited_ms", meaning="ms: half of the reads of what was just written"),
        Figure(name="served_share", meaning="of these reads, by the read model within 200 ms"),
    ),
)

BENCHMARKS = {
    benchmark.name: benchmark
    for benchmark in (
        *(CAPTURE, READ, BACKFILL, REFRESH, WRITE_COST, VERIFY, LAG),
        *(ACCEPT, EXECUTE, BATCH, IDLE),
        *(ROUTING, SHADOW, REHEARSAL, FRESHNESS),
    )
}
