"""Why a chunk failed, as SQLite says it."""

from cqrs_write.backends.sqlite.lanes import is_passing as may_pass


def is_passing(error: BaseException) -> bool:
    """Whether the same chunk may succeed later."""
    return bool(may_pass(error))
