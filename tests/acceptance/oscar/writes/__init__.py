"""What a shop's staff, customers and scripts write, by every way there is; each write takes the hand that does it."""

from writes import saves, statements, undone, unsignalled, views
from writes.undone import Undone

__all__ = ["BY_THE_SHOPS_VIEWS", "IN_ONE_TRANSACTION", "Undone"]

BY_THE_SHOPS_VIEWS = [views.customer_checks_out, views.staff_deletes_an_order, views.staff_processes_an_order]
"""These have transactions of their own."""

IN_ONE_TRANSACTION = [
    unsignalled.stock_is_allocated_and_consumed,
    saves.customer_joins,
    saves.customer_is_renamed,
    saves.customer_leaves,
    saves.product_arrives,
    saves.product_goes,
    saves.child_moves_to_another_parent,
    saves.parent_is_retitled,
    saves.categories_are_set,
    saves.categories_are_cleared,
    saves.category_moves,
    saves.partner_comes_and_goes,
    unsignalled.lines_are_imported,
    unsignalled.notes_are_imported_again,
    unsignalled.quantities_are_updated,
    unsignalled.prices_change,
    unsignalled.orders_are_cancelled,
    unsignalled.partner_is_renamed,
    unsignalled.country_is_renamed,
    unsignalled.category_is_renamed,
    unsignalled.product_class_is_renamed,
    unsignalled.lines_are_dropped,
    unsignalled.notes_are_dropped,
    statements.line_is_moved_by_hand,
    statements.lines_are_corrected_by_hand,
    statements.address_is_taken_away_by_hand,
    statements.notes_are_copied_by_hand,
    statements.note_changes_its_key,
    statements.script_dawdles,
    undone.half_is_taken_back,
    undone.all_is_taken_back,
]
