"""Room: space that is kept free in a read model's table, so that a row which changes stays where it is."""

import logging

from django.db import DatabaseError, connections, transaction

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.declaration.table import table_name
from cqrs_write.backends import load
from cqrs_write.cli import one_line

logger = logging.getLogger(__name__)


def leave_room(read_model: type[ReadModel]) -> None:
    """Have the rows that are stored from now on leave room beside them, unless somebody has decided about that.

    It is a matter of speed only: a table that is locked, or not ours, is filled all the same.
    """
    using = projection_of(read_model).target
    try:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            load("cqrs_read", "room", using).leave(cursor, table_name(read_model))
    except DatabaseError as error:
        logger.info("%s is filled without room for changes: %s", name_of(read_model), one_line(error))
