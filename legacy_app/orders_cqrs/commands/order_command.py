"""What is asked of an order that was placed."""

from dataclasses import dataclass

from cqrs_write import Command


@dataclass(frozen=True, kw_only=True)
class OrderCommand(Command):
    """Base of such commands."""

    customer_id: int
    """Whose order it is: this says the lane, and nothing else."""

    order_id: int
