"""What a read model has consumed of the change log: the part of its state that every window reads and moves.

In plain SQL, since the ORM would take longer for it than the database.
"""

from django.db import DatabaseError, connections
from django.utils import timezone

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of
from cqrs_read.models import ReadModelState

# In the order of the model's fields.
COLUMNS = ("name", "position", "origin", "lost", "fingerprint", "parked")
READ = f"SELECT {', '.join(COLUMNS)} FROM cqrs_read_model_state WHERE name = %s"
MOVE = "UPDATE cqrs_read_model_state SET position = %s, refreshed_at = %s WHERE name = %s"


def consumed(read_model: type[ReadModel]) -> ReadModelState:
    """As :func:`cqrs_read.standing.state.state_of`; what a window does not look at is read when it is asked for."""
    using, name = projection_of(read_model).target, name_of(read_model)
    with connections[using].cursor() as cursor:
        cursor.execute(READ, [name])
        row = cursor.fetchone()
    return ReadModelState.from_db(using, COLUMNS, row) if row else ReadModelState(name=name)


def consume_until(read_model: type[ReadModel], position: str) -> None:
    """Store that everything up to ``position`` is consumed. Call it in the transaction that changed the rows.

    Raises:
        DatabaseError: if ``read_model`` has no state any more.
    """
    connection = connections[projection_of(read_model).target]
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(MOVE, [position, now, name_of(read_model)])
        if cursor.rowcount == 0:
            raise DatabaseError(f"The state of {name_of(read_model)} is gone.")
