"""Rides: what passengers and drivers do, and the map of drivers."""

from uuid import UUID

from legacy_app.customers.models import Customer
from legacy_app.rides.models import Driver, RideRequest

from ..asks import each, each_method
from ..people import People
from ..site import Site

LISTS = (
    "",
    "?page=2&page_size=3",
    "?ordering=requested_at",
    "?status=completed",
    "?status=nonsense",
    "?passenger=1",
    "?requested_after=2026-03-01T00:00:00Z",
)
NEARBY = ("?lat=52.52&lng=13.4", "?lat=52.52&lng=13.4&radius_km=50", "", "?lat=91&lng=13.4")
POINTS = ({"lat": 52.5, "lng": 13.4}, {"lat": 100, "lng": 13.4}, {"lat": "north"}, [])
ROUTE = {"pickup_lat": 52.5, "pickup_lng": 13.4, "dropoff_lat": 52.53, "dropoff_lng": 13.45}
UNKNOWN = UUID(int=1)


def walk(site: Site, people: People) -> None:
    own = Customer.objects.get(user__username="customer1").pk
    look(site, people)
    drive(site, people)
    rides = request(site, people, own)
    ride_and_rate(site, people, rides)
    actions = [f"/api/rides/{rides[-1]}/{name}" for name in ("accept/", "complete/", "rate/", "cancel/", "")]
    drivers = [f"/api/rides/drivers/{name}/" for name in ("online", "position", "offline")]
    for path in ("/api/rides/?page_size=2", "/api/rides/nearby/", *drivers, *actions):
        each_method(site, [*people.few(), people.driver_app], path)
    for path in ("/api/rides/.json", *(f"{path.rstrip('/')}.json" for path in actions)):
        each_method(site, [people.clerk], path)


def look(site: Site, people: People) -> None:
    for query in LISTS:
        each(site, [people.clerk_app], "GET", f"/api/rides/{query}")
    each(site, people.all(), "GET", "/api/rides/?page_size=5")
    for query in NEARBY:
        each(site, people.few(), "GET", f"/api/rides/nearby/{query}")
    for path in ("/api/rides/?page_size=3", f"/api/rides/nearby/{NEARBY[0]}"):
        for visitor in (people.anybody, people.customer, people.clerk):
            site.send(visitor, "GET", path, accept="text/html")


def drive(site: Site, people: People) -> None:
    Driver.objects.filter(user__username="driver1").update(status=Driver.Status.OFFLINE)
    for name in ("offline", "online"):
        each(site, people.all(), "POST", f"/api/rides/drivers/{name}/", {})
    for point in POINTS:
        each(site, people.all(), "POST", "/api/rides/drivers/position/", point)


def request(site: Site, people: People, own: int) -> list[UUID]:
    """Good requests of everybody, then bad ones; the keys of the rides, in the order of their requests."""
    known = set(RideRequest.objects.values_list("pk", flat=True))
    for _ in range(2):
        each(site, people.all(), "POST", "/api/rides/", {"passenger": own, **ROUTE})
    for body in (
        {"passenger": own},
        {"passenger": own + 1, **ROUTE},
        {"passenger": own, **ROUTE, "pickup_lat": 91},
    ):
        each(site, people.few(), "POST", "/api/rides/", body)
    return list(
        RideRequest.objects.exclude(pk__in=known).order_by("requested_at").values_list("pk", flat=True)
    )


def ride_and_rate(site: Site, people: People, rides: list[UUID]) -> None:
    steps = [
        (rides[0], "rate", {"rating": 5}),
        (rides[0], "complete", {}),
        (rides[0], "accept", {}),
        (rides[1], "accept", {}),
        (rides[0], "complete", {}),
        (rides[0], "rate", {"rating": 9}),
        (rides[0], "rate", {"rating": 4}),
        (rides[0], "cancel", {}),
        (rides[1], "cancel", {}),
        (UNKNOWN, "accept", {}),
        (UNKNOWN, "cancel", {}),
    ]
    for ride, action, body in steps:
        each(site, people.all(), "POST", f"/api/rides/{ride}/{action}/", body)
    for ride in (rides[0], UNKNOWN):
        each(site, people.all(), "GET", f"/api/rides/{ride}/")
