"""Drivers with their positions, and rides.

The last rides are under way: each busy driver has an accepted one, and some wait for a driver.
"""

from array import array
from collections.abc import Sequence
from datetime import datetime
from random import Random
from uuid import UUID

from legacy_app.rides.geo import distance_km
from legacy_app.rides.models import Driver, DriverPosition, RideRequest
from legacy_app.rides.services import fare_for
from legacy_app.seed.history import Timeline
from legacy_app.seed.plan import Plan
from legacy_app.seed.progress import Advance
from legacy_app.seed.words import FIRST_NAMES, LAST_NAMES, VEHICLES
from legacy_app.seed.writer import Row, Table

BATCH = 5_000
CENTRE = (52.52, 13.40)
RATINGS = [5, 5, 5, 5, 4, 4, 4, 3, 2, 1]
REPORTS_PER_DRIVER = 6
NOT_RATED = 0


class Assignments:
    """Which driver each ride has and how it was rated, drawn before the drivers are written."""

    def __init__(self, plan: Plan, random: Random) -> None:
        self.busy = plan.drivers // 10
        self.waiting = max(3, plan.drivers // 50)
        self.finished = max(0, plan.rides - self.busy - self.waiting)
        self.drivers = array("L", (random.randint(1, plan.drivers) for _ in range(self.finished)))
        self.ratings = array("B", (draw_rating(random) for _ in range(self.finished)))

    def average_ratings(self, driver_count: int) -> Sequence[float | None]:
        """Each driver's average, at the driver's id."""
        sums, counts = array("L", [0]) * (driver_count + 1), array("L", [0]) * (driver_count + 1)
        for driver_id, rating in zip(self.drivers, self.ratings, strict=True):
            if rating != NOT_RATED:
                sums[driver_id] += rating
                counts[driver_id] += 1
        return [round(s / n, 2) if n else None for s, n in zip(sums, counts, strict=True)]


def draw_rating(random: Random) -> int:
    """A completed ride's rating; NOT_RATED for those that were cancelled or not rated."""
    return random.choice(RATINGS) if random.random() < 0.6 else NOT_RATED


def write_rides(plan: Plan, users: dict[str, int], timeline: Timeline, advance: Advance) -> None:
    random = plan.random("rides")
    assignments = Assignments(plan, random)
    write_drivers(plan, random, users, assignments)
    names = (
        "id passenger_id driver_id status pickup_lat pickup_lng dropoff_lat dropoff_lng "
        "requested_at accepted_at completed_at fare rating"
    )
    table = Table(RideRequest, names)
    for first in range(0, plan.rides, BATCH):
        events = timeline.between(first, first + BATCH)
        rows = [
            ride_row(plan, random, assignments, number, passenger_id, plan.at(moment))
            for number, (passenger_id, moment) in enumerate(events, start=first)
        ]
        table.write(rows)
        advance(len(rows))


def write_drivers(plan: Plan, random: Random, users: dict[str, int], assignments: Assignments) -> None:
    averages = assignments.average_ratings(plan.drivers)
    drivers, positions = [], []
    for driver_id in range(1, plan.drivers + 1):
        reports = draw_reports(plan, random, driver_id)
        positions += reports
        drivers.append(
            [
                driver_id,
                users.get(f"driver{driver_id - assignments.busy}"),
                f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}",
                f"+1 555 {random.randrange(10**6):06d}",
                random.choice(VEHICLES),
                f"GC {driver_id:05d}",
                averages[driver_id],
                draw_status(random, driver_id, assignments.busy),
                *reports[-1][1:],
            ]
        )
    names = "id user_id name phone vehicle plate rating status lat lng position_at"
    Table(Driver, names).write(drivers)
    Table(DriverPosition, "driver_id lat lng reported_at").write(positions)


def draw_status(random: Random, driver_id: int, busy: int) -> str:
    if driver_id <= busy:
        return "busy"
    return random.choice(["available", "available", "offline", "offline", "offline"])


def draw_reports(plan: Plan, random: Random, driver_id: int) -> list[Row]:
    """A driver's last position reports, five minutes apart, the newest last."""
    lat, lng = draw_point(random)
    rows = []
    for i in range(REPORTS_PER_DRIVER):
        lat, lng = round(lat + random.gauss(0, 0.004), 6), round(lng + random.gauss(0, 0.006), 6)
        rows.append([driver_id, lat, lng, plan.later(plan.until, minutes=5 * (i + 1 - REPORTS_PER_DRIVER))])
    return rows


def draw_point(random: Random) -> tuple[float, float]:
    return round(random.gauss(CENTRE[0], 0.05), 6), round(random.gauss(CENTRE[1], 0.08), 6)


def ride_row(
    plan: Plan, random: Random, assignments: Assignments, number: int, passenger_id: int, requested: datetime
) -> Row:
    ride_id = UUID(int=random.getrandbits(128), version=4)
    pickup, dropoff = draw_point(random), draw_point(random)
    route = [*pickup, *dropoff]
    running = number - assignments.finished
    if running >= assignments.busy:
        return [ride_id, passenger_id, None, "requested", *route, requested, None, None, None, None]
    accepted = plan.later(requested, seconds=random.randint(20, 240))
    if running >= 0:
        return [ride_id, passenger_id, running + 1, "accepted", *route, requested, accepted, None, None, None]
    driver_id, rating = assignments.drivers[number], assignments.ratings[number]
    if rating == NOT_RATED and random.random() < 0.25:
        return [ride_id, passenger_id, None, "cancelled", *route, requested, None, None, None, None]
    km = distance_km(*route)
    completed = plan.later(accepted, minutes=4 + 2 * km)
    rated = rating or None
    return [
        *(ride_id, passenger_id, driver_id, "completed", *route),
        *(requested, accepted, completed, fare_for(km), rated),
    ]
