"""Traffic as processes would have counted it."""

from time import time

from cqrs_routing.models import EndpointMode
from cqrs_routing.traffic.counts import SLOT, Cell
from cqrs_routing.traffic.flush import add
from cqrs_routing.traffic.latency import bucket_of


def count(name, *, side, requests=0, status=200, milliseconds=1.0, ago=0, **metrics):
    """Add to what is known of the stint that the endpoint is in."""
    row = EndpointMode.objects.filter(pk=name).first()
    slot, stint = int(time() - ago) // SLOT * SLOT, row.stint if row else 0
    cells = {(metric, 0): number for metric, number in metrics.items() if number}
    if requests:
        cells |= {("status", status): requests, ("latency", bucket_of(milliseconds)): requests}
    add({Cell(name, slot, stint, side, *which): number for which, number in cells.items()}, "default")
