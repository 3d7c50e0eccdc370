"""Settings of the read side: the ``CQRS_READ`` dictionary, typed."""

from dataclasses import dataclass

from cqrs_write.conf import typed


@dataclass(frozen=True, kw_only=True)
class ReadSettings:
    """Keys of ``CQRS_READ`` (upper case there), with their defaults."""

    refresh_interval: float = 0.05
    """Seconds that ``cqrs_refresh --follow`` waits when nothing has changed, and takes at least for a pass."""

    chunk_seconds: float = 0.5
    """Seconds that one chunk of a backfill or verification aims to take: it holds its locks that long."""

    throttles: tuple[str, ...] = (
        "cqrs_read.backfill.throttles.lag",
        "cqrs_read.backfill.throttles.busy",
        "cqrs_read.backfill.throttles.replication_lag",
        "cqrs_read.backfill.throttles.autovacuum",
    )
    """Dotted paths of functions from a read model to the reason why its backfill has to wait; empty to go on."""

    throttle_lag_seconds: float = 10.0
    """Age in seconds of the oldest change that a ready read model has not consumed, above which backfills wait."""

    throttle_active: int = 50
    """Database sessions at work at the same moment, above which backfills wait."""

    throttle_replication_seconds: float = 10.0
    """Seconds that the slowest replica may be behind before backfills wait."""

    sample_seconds: float = 0.5
    """Seconds of comparing that one call of the task ``cqrs_read.verify_sample`` gives to each read model."""

    sample_repair: bool = True
    """Whether the sampling verifier mends what it finds. It reports it in any case."""

    refresh_keys: int = 5000
    """Keys that one transaction of a refresh computes at most; what is beyond waits in the backlog."""

    page_seconds: float = 0.3
    """Seconds that one page of the backlog may take, about: fresh changes wait for it."""

    refresh_seconds: float = 10.0
    """Seconds that one ``cqrs_read.refresh`` task works before it lets others of its queue have a turn."""

    refresh_queue: str = "celery"
    """Celery queue of the tasks that a hurried refresh sends."""

    hurry: bool = False
    """Send a ``cqrs_read.refresh`` task after each request that may have written."""


settings = typed("CQRS_READ", ReadSettings)
