"""Signals of the routing side."""

from django.dispatch import Signal

mode_changed = Signal()
"""Sent when a change of mode is committed, by the process that made it. ``sender`` is the model
:class:`~cqrs_routing.models.EndpointMode`, ``change`` the row of the history, a
:class:`~cqrs_routing.models.ModeChange`."""

taken_back = Signal()
"""Sent when the guard has taken an endpoint back to legacy, after :data:`mode_changed`, with the same arguments. What
a receiver raises is logged."""
