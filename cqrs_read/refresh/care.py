"""Care: what is looked after now and then, while read models are kept fresh."""

import logging
import time
from collections.abc import Sequence

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.exceptions import ReadError
from cqrs_read.standing.state import withdraw_if_unseen
from cqrs_write.trimming import holds_rows, trim

logger = logging.getLogger(__name__)

SECONDS = 10.0
"""Between two looks at the triggers and the length of the change log."""


class Care:
    """Takes care at most every :data:`SECONDS`."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def take(self, read_models: Sequence[type[ReadModel]]) -> bool:
        """Withdraw what can no longer be kept true, and trim the change logs, if it is time.

        Returns:
            Whether positions of read models that nothing concerns should move on, since a log is kept behind them.
        """
        if time.monotonic() - self._last <= SECONDS:
            return False
        for read_model in read_models:
            try:
                reason = withdraw_if_unseen(read_model)
            except ReadError as error:
                reason = str(error)
            if reason:
                logger.warning("%s", reason)
        logs = {projection_of(read_model).using for read_model in read_models}
        for using in logs:
            trim(using)
        self._last = time.monotonic()
        return any(holds_rows(using) for using in logs)
