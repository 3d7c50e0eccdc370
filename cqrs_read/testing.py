"""For the tests of a project: read models that are true now, inside the test's own transaction."""

from django.utils import timezone

from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, read_models
from cqrs_read.fan_out.dependencies import streams
from cqrs_read.standing.state import take_position
from cqrs_read.store.rows import changing, recompute_range
from cqrs_write import changelog


def refresh_now(*models: type[ReadModel]) -> None:
    """Compute every row of ``models`` (all read models if none is given) from what the test has written.

    Works inside a ``TestCase``, whose transaction the change log cannot see into, and where capture is switched
    off. Afterwards the read models may be served, until the test's transaction is rolled back::

        order = Order.objects.create(...)
        refresh_now()
        assert OrderSummary.objects.get(pk=order.pk).total == 30
    """
    for read_model in models or read_models():
        with changing(read_model):
            recompute_range(read_model, None, None)
        take_position(read_model, ready_at=timezone.now())
        # In a transaction of its own nobody will consume what the test has logged so far.
        changelog.forget_own(projection_of(read_model).using, streams(read_model))
