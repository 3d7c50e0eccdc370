"""Requesting a ride."""

from dataclasses import dataclass
from typing import Any

from cqrs_write import Command, CommandRejected, Context, handles
from legacy_app.customers.models import Customer
from legacy_app.rides.models import RideRequest
from legacy_app.rides_cqrs.commands.place import Latitude, Longitude
from legacy_app.rides_cqrs.representation import shown_ride


@dataclass(frozen=True, kw_only=True)
class RequestRide(Command):
    passenger_id: int
    pickup_lat: Latitude
    pickup_lng: Longitude
    dropoff_lat: Latitude
    dropoff_lng: Longitude


@handles(RequestRide, lane=lambda command: f"passenger:{command.passenger_id}")
def request_ride(command: RequestRide, context: Context) -> dict[str, Any]:
    """Request the ride; return it as the API shows it.

    A passenger's requests are in order. They have a lane of their own and not the customer's, in which they would
    wait for the customer's orders and these for them. The ride is requested when the passenger asks for it, however
    late that is executed: drivers see how long somebody waits.
    """
    ride = RideRequest.objects.create(
        passenger=passenger(command.passenger_id),
        requested_at=context.accepted_at,
        pickup_lat=command.pickup_lat,
        pickup_lng=command.pickup_lng,
        dropoff_lat=command.dropoff_lat,
        dropoff_lng=command.dropoff_lng,
    )
    return shown_ride(ride)


def passenger(customer_id: int) -> Customer:
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None:
        problem = f'Invalid pk "{customer_id}" - object does not exist.'
        raise CommandRejected(problem, detail={"passenger": [problem]})
    return customer
