"""What a driver does with a ride."""

from dataclasses import dataclass
from uuid import UUID

from cqrs_write import Command
from legacy_app.rides.models import Driver


@dataclass(frozen=True, kw_only=True)
class RideCommand(Command):
    """Base of such commands."""

    ride_id: UUID
    driver_id: int

    @property
    def driver(self) -> Driver:
        """The driver, as far as the monolith's services look at one before they have it locked."""
        return Driver(pk=self.driver_id)


def rides_lane(command: RideCommand) -> str:
    """The ride's own: drivers compete for it, and whose acceptance was acknowledged first shall have it.

    So one driver's commands for different rides have no order; the driver's app waits for the answer to one before it
    sends the next.
    """
    return f"ride:{command.ride_id}"
