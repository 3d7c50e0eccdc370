"""Read models that are declared in a way that cannot even be read: left out, so that the others go on."""

import logging
from collections.abc import Iterable
from functools import cache

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.exceptions import ProjectionError

logger = logging.getLogger(__name__)


def without_refused(read_models: Iterable[type[ReadModel]]) -> list[type[ReadModel]]:
    """Those of ``read_models`` that may be looked at; each of the others is logged once."""
    return [read_model for read_model in read_models if not _is_refused(read_model)]


@cache
def _is_refused(read_model: type[ReadModel]) -> bool:
    try:
        projection_of(read_model)
    except ProjectionError as error:
        logger.error("%s It is not kept fresh until then.", error)
        return True
    return False
