"""The released candidates in the place of those that ``orders_cqrs`` has declared."""

from legacy_app.demo.measurements import READ, WRITE
from legacy_app.demo.releases.order_list import released_order_list_view
from legacy_app.demo.releases.placing import released_place_order_view
from legacy_app.demo.thresholds import declare

declare(READ, view=released_order_list_view)
declare(WRITE, view=released_place_order_view)
