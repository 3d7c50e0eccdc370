"""Rides and where drivers are: the same answers and rows from either side, at once and later."""

import random
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cqrs_write import CommandRejected
from cqrs_write.bus import accept, accept_all, dispatch
from cqrs_write.definition.context import BatchContext, Context
from cqrs_write.execution import drain
from cqrs_write.models import LoggedCommand
from cqrs_write.testing import drain_now
from cqrs_write.trace import new
from legacy_app.customers.models import Customer
from legacy_app.rides import services
from legacy_app.rides.models import Driver, DriverPosition, RideRequest
from legacy_app.rides_cqrs.commands import (
    AcceptRide,
    CompleteRide,
    ReportLocation,
    RequestRide,
    report_locations,
)

from .crossing import at_once, queued
from .outcomes import Ask, assert_same

pytestmark = pytest.mark.django_db

ROUTE = {"pickup_lat": 52.5, "pickup_lng": 13.4, "dropoff_lat": 52.6, "dropoff_lng": 13.4}
YESTERDAY = timedelta(days=1)


def driver_called(name: str, **fields: Any) -> Driver:
    user = User.objects.create_user(name)
    return Driver.objects.create(
        user=user, name=name, vehicle="Van", plate=f"GC {name}", rating="4.50", **fields
    )


@pytest.fixture
def dana(db: None) -> Driver:
    return driver_called("dana", status="available", lat=52.5, lng=13.4)


@pytest.fixture
def emil(db: None) -> Driver:
    return driver_called("emil", status="available")


def ride_of(passenger: Customer, **fields: Any) -> RideRequest:
    then = timezone.now() - YESTERDAY
    return RideRequest.objects.create(passenger=passenger, requested_at=then, **ROUTE, **fields)


@pytest.fixture
def ride(ada: Customer) -> RideRequest:
    return ride_of(ada)


class TestRequest:
    def ask(self, passenger: Any, user: User | None, /, **changes: Any) -> Ask:
        body = {"passenger": passenger, **ROUTE, **changes}
        return Ask(endpoint="POST rides:ride-list", url="/api/rides/", body=body, user=user)

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"pickup_lat": "52.25"},
            {"pickup_lat": -90, "dropoff_lng": 180},
            {"status": "completed", "fare": "9"},
        ],
        ids=repr,
    )
    def test_a_ride(self, changes: Any, ada: Customer, clerk: User) -> None:
        same = assert_same(self.ask(ada.pk, clerk, **changes), 201)
        assert same.body["id"] == "a new key"
        assert same.rows["rides_riderequest"][0]["requested_at"] == "now"

    @pytest.mark.parametrize(
        "changes",
        [
            {"pickup_lat": 90.5},
            {"dropoff_lng": "east"},
            {"dropoff_lng": None, "pickup_lng": -181},
            {"pickup_lat": "inf"},
            {"passenger": 0},
            {"passenger": "x"},
            {"passenger": None},
        ],
        ids=repr,
    )
    def test_a_mistake(self, changes: Any, ada: Customer, clerk: User) -> None:
        assert assert_same(self.ask(ada.pk, clerk, **changes), 400).rows == {}

    def test_who_may(self, ada: Customer, bruno: Customer, clerk: User) -> None:
        assert_same(self.ask(ada.pk, ada.user), 201)
        assert_same(self.ask(bruno.pk, clerk), 201)
        assert_same(self.ask(bruno.pk, ada.user), 403)
        assert_same(self.ask(bruno.pk, ada.user, pickup_lat=95), 400)
        assert_same(self.ask(ada.pk, None), 401)
        ada.delete()
        assert_same(self.ask(ada.pk, clerk), 400)

    def test_what_is_no_number_is_no_place(self, ada: Customer, clerk: User) -> None:
        """The monolith keeps it, and then cannot write its answer down."""
        answer = self.ask(ada.pk, clerk, pickup_lat="nan").side("cqrs")
        assert answer.status_code == 400
        assert not RideRequest.objects.exists()

    def test_it_is_requested_when_it_is_accepted(self, ada: Customer) -> None:
        row = accept(RequestRide(passenger_id=ada.pk, **ROUTE))
        drain_now()
        assert RideRequest.objects.get().requested_at == row.accepted_at
        assert row.lane == f"passenger:{ada.pk}"

    def test_a_passenger_who_is_gone_by_then(self, ada: Customer) -> None:
        accept(RequestRide(passenger_id=ada.pk, **ROUTE))
        ada.delete()
        (dead,) = drain_now(allow_dead=True)
        assert dead.error == f'CommandRejected: Invalid pk "{ada.pk}" - object does not exist.'


def act(action: str, ride: RideRequest, user: User | None) -> Ask:
    return Ask(
        endpoint=f"POST rides:ride-{action}", url=f"/api/rides/{ride.pk}/{action}/", body={}, user=user
    )


class TestAccept:
    def test_the_ride_is_the_drivers(self, ride: RideRequest, dana: Driver) -> None:
        same = assert_same(act("accept", ride, dana.user), 200)
        assert same.body["status"] == "accepted"
        assert {row["status"] for row in same.rows["rides_driver"]} == {"busy"}

    @pytest.mark.parametrize("status", ["accepted", "completed", "cancelled"])
    def test_it_is_taken(self, status: str, ride: RideRequest, dana: Driver, emil: Driver) -> None:
        RideRequest.objects.update(status=status, driver=emil)
        same = assert_same(act("accept", ride, dana.user), 409)
        assert same.error == f"Conflict: This ride is already {status}."

    @pytest.mark.parametrize("status", ["offline", "busy"])
    def test_the_driver_is_not_available(self, status: str, ride: RideRequest, dana: Driver) -> None:
        Driver.objects.update(status=status)
        same = assert_same(act("accept", ride, dana.user), 409)
        assert same.error == f"Conflict: You are {status}."

    def test_a_ride_that_is_none(self, dana: Driver) -> None:
        same = assert_same(act("accept", RideRequest(), dana.user), 404)
        assert same.error == "Http404: No RideRequest matches the given query."


class TestComplete:
    @pytest.fixture
    def driven(self, ride: RideRequest, dana: Driver) -> RideRequest:
        then = timezone.now() - timedelta(hours=1)
        RideRequest.objects.update(status="accepted", driver=dana, accepted_at=then)
        Driver.objects.update(status="busy")
        return ride

    def test_the_fare_follows(self, driven: RideRequest, dana: Driver) -> None:
        same = assert_same(act("complete", driven, dana.user), 200)
        assert (same.body["fare"], same.body["driver"]["ride_count"]) == ("19.32", 1)

    def test_by_another_driver(self, driven: RideRequest, emil: Driver) -> None:
        same = assert_same(act("complete", driven, emil.user), 403)
        assert same.error == "PermissionDenied: This is another driver's ride."

    @pytest.mark.parametrize("status", ["requested", "completed", "cancelled"])
    def test_the_wrong_state(self, status: str, driven: RideRequest, dana: Driver) -> None:
        RideRequest.objects.update(status=status)
        same = assert_same(act("complete", driven, dana.user), 409)
        assert same.error == f"Conflict: This ride is {status}."

    def test_a_ride_that_is_none(self, dana: Driver) -> None:
        assert_same(act("complete", RideRequest(), dana.user), 404)


@pytest.mark.parametrize("action", ["accept", "complete"])
def test_drivers_only(action: str, ride: RideRequest, ada: Customer, clerk: User) -> None:
    assert_same(act(action, ride, ada.user), 403)
    assert_same(act(action, ride, clerk), 403)
    assert_same(act(action, ride, None), 401)


class TestReport:
    def ask(self, user: User | None, **body: Any) -> Ask:
        return Ask(
            endpoint="POST rides:driver-position", url="/api/rides/drivers/position/", body=body, user=user
        )

    @pytest.mark.parametrize(
        "body", [{"lat": 52.1, "lng": 13.2}, {"lat": "-90", "lng": 180, "speed": 3}], ids=repr
    )
    def test_a_position(self, body: Any, dana: Driver, emil: Driver, ada: Customer) -> None:
        ride_of(ada, driver=dana, status="completed")
        same = assert_same(self.ask(dana.user, **body), 200)
        (position,), (driver,) = same.rows["rides_driverposition"], same.rows["rides_driver"]
        assert position["reported_at"] == driver["position_at"] == "now"

    @pytest.mark.parametrize(
        "body", [{}, {"lat": 91, "lng": 0}, {"lat": 0, "lng": "east"}, {"lat": 0, "lng": "-inf"}], ids=repr
    )
    def test_a_mistake(self, body: Any, dana: Driver) -> None:
        assert assert_same(self.ask(dana.user, **body), 400).rows == {}

    def test_what_is_no_number_is_no_place(self, dana: Driver) -> None:
        """The monolith keeps it, and then cannot write its answer down; nor may it spoil a batch."""
        answer = self.ask(dana.user, lat="nan", lng=0).side("cqrs", prefer="respond-async")
        assert answer.status_code == 400
        assert not LoggedCommand.objects.exists()

    def test_drivers_only(self, ada: Customer, clerk: User) -> None:
        assert_same(self.ask(ada.user, lat=1, lng=1), 403)
        assert_same(self.ask(clerk, lat="x"), 403)
        assert_same(self.ask(None, lat=1, lng=1), 401)

    def test_no_more_queries_than_the_monolith(self, dana: Driver) -> None:
        def queries(mode: str) -> int:
            with CaptureQueriesContext(connection) as captured:
                assert self.ask(dana.user, lat=1, lng=1).side(mode).status_code == 200
            return len(captured)

        assert queries("cqrs") <= queries("legacy")


def reported(driver: Driver, lat: float, at: datetime) -> tuple[ReportLocation, datetime]:
    return ReportLocation(driver_id=driver.pk, lat=lat, lng=0.0), at


def execute(reports: list[tuple[ReportLocation, datetime]]) -> None:
    """One batch, in one transaction."""
    trace = new()
    contexts = tuple(
        Context(command_id=uuid4(), actor=None, attempt=1, accepted_at=at, using="default", trace=trace)
        for _, at in reports
    )
    with transaction.atomic():
        report_locations(
            [command for command, _ in reports], BatchContext(using="default", contexts=contexts)
        )


def history() -> list[tuple[int, float, datetime]]:
    return list(DriverPosition.objects.order_by("id").values_list("driver_id", "lat", "reported_at"))


def whereabouts(driver: Driver) -> tuple[float | None, datetime | None]:
    driver.refresh_from_db()
    return driver.lat, driver.position_at


class TestBatch:
    def test_every_report_is_kept_and_the_newest_is_where_the_driver_is(
        self, dana: Driver, emil: Driver
    ) -> None:
        now = timezone.now()
        moments = [now + timedelta(microseconds=n) for n in (5, 1, 3, 2, 3)]
        drivers = [dana, emil, emil, dana, emil]
        reports = [
            reported(*one) for one in zip(drivers, [10.0, 11.0, 12.0, 13.0, 14.0], moments, strict=True)
        ]

        execute(reports)

        assert history() == [(command.driver_id, command.lat, at) for command, at in reports]
        assert whereabouts(dana) == (10.0, moments[0])
        assert whereabouts(emil) == (14.0, moments[4])

    @pytest.mark.parametrize("late", [timedelta(microseconds=1), timedelta(days=3)])
    def test_a_newer_position_stays(self, late: timedelta, dana: Driver) -> None:
        """It came from the monolith's endpoint, or from a report that was executed inline."""
        newer = services.report_position(dana, 1.0, 2.0)

        execute([reported(dana, 50.0, newer.reported_at - late)])

        assert whereabouts(dana) == (1.0, newer.reported_at)
        assert len(history()) == 2

    def test_moments_with_and_without_a_fraction_of_a_second_are_in_order(self, dana: Driver) -> None:
        """As text, which SQLite compares, one is longer than the other."""
        second = timezone.now().replace(microsecond=0)
        moments = [second + timedelta(microseconds=n) for n in (999_999, 0, 1_000_000, 500_000)]
        for number, at in enumerate(moments):
            execute([reported(dana, float(number), at)])
            assert whereabouts(dana)[1] == max(moments[: number + 1])

    def test_positions_have_every_digit(self, dana: Driver) -> None:
        lat, lng = 52.123456789012345, -1e-07
        dispatch(ReportLocation(driver_id=dana.pk, lat=lat, lng=lng))
        position = DriverPosition.objects.get()
        dana.refresh_from_db()
        assert (position.lat, position.lng) == (dana.lat, dana.lng) == (lat, lng)

    def test_nothing_else_of_the_driver_is_touched(self, dana: Driver) -> None:
        before = Driver.objects.values("name", "status", "rating", "user_id", "plate").get()
        execute([reported(dana, 1.0, timezone.now())])
        assert Driver.objects.values("name", "status", "rating", "user_id", "plate").get() == before

    def test_the_same_as_one_by_one_through_the_monolith(self) -> None:
        drivers = [driver_called(f"driver {n}") for n in range(20)]
        choice = random.Random(7)
        path = [
            (choice.choice(drivers), choice.uniform(-90, 90), choice.uniform(-180, 180)) for _ in range(300)
        ]

        def written() -> tuple[list[Any], list[Any]]:
            kept = list(DriverPosition.objects.order_by("id").values_list("driver_id", "lat", "lng"))
            return kept, list(Driver.objects.order_by("id").values_list("id", "lat", "lng"))

        for driver, lat, lng in path:
            services.report_position(driver, lat, lng)
        by_the_monolith = written()
        DriverPosition.objects.all().delete()
        Driver.objects.update(lat=None, lng=None, position_at=None)
        accept_all(ReportLocation(driver_id=driver.pk, lat=lat, lng=lng) for driver, lat, lng in path)
        executed = drain_now()

        assert {row.state for row in executed} == {"done"}
        kept, drivers_now = written()
        assert drivers_now == by_the_monolith[1]
        assert sorted(kept) == sorted(by_the_monolith[0])
        assert [kept_of(kept, one) for one in drivers] == [
            kept_of(by_the_monolith[0], one) for one in drivers
        ]

    def test_the_time_is_that_of_the_acceptance(self, dana: Driver) -> None:
        row = accept(ReportLocation(driver_id=dana.pk, lat=1.0, lng=2.0))
        drain_now()
        assert DriverPosition.objects.get().reported_at == whereabouts(dana)[1] == row.accepted_at

    def test_one_drivers_reports_are_in_one_lane(self, dana: Driver) -> None:
        rows = accept_all(ReportLocation(driver_id=dana.pk, lat=1.0, lng=float(n)) for n in range(50))
        assert len({row.lane_key for row in rows}) == 1

    def test_two_statements_however_many_reports(self, dana: Driver, emil: Driver) -> None:
        now = timezone.now()
        with CaptureQueriesContext(connection) as captured:
            execute([reported(choice, 1.0, now) for choice in [dana, emil] * 250])
        statements = [one["sql"] for one in captured if "SAVEPOINT" not in one["sql"]]
        assert len(statements) == 2
        assert DriverPosition.objects.count() == 500

    def test_a_driver_who_is_gone_is_found_among_the_others(self, dana: Driver, emil: Driver) -> None:
        accept_all(
            ReportLocation(driver_id=driver.pk, lat=1.0, lng=float(n))
            for n in range(20)
            for driver in (dana, emil)
        )
        gone = emil.pk
        emil.delete()

        executed = drain_now(allow_dead=True)

        states = {(row.payload["driver_id"], row.state) for row in executed}
        assert states == {(dana.pk, "done"), (gone, "dead")}
        assert DriverPosition.objects.count() == 20
        assert {row.error for row in executed if row.state == "dead"} == {
            "CommandRejected: There is no such driver any more."
        }

    def test_inline_it_is_refused(self, dana: Driver) -> None:
        with pytest.raises(CommandRejected):
            dispatch(ReportLocation(driver_id=dana.pk + 1, lat=1.0, lng=1.0))
        assert not DriverPosition.objects.exists()


def kept_of(kept: list[Any], driver: Driver) -> list[Any]:
    return [row for row in kept if row[0] == driver.pk]


SIDES = [("legacy", "cqrs"), ("cqrs", "legacy"), ("cqrs", "cqrs")]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestMeeting:
    """Both sides at work on the same ride, or the same drivers."""

    @pytest.mark.parametrize("sides", SIDES)
    def test_the_first_of_two_drivers_has_the_ride(
        self, sides: Any, ride: RideRequest, dana: Driver, emil: Driver
    ) -> None:
        asked = [
            partial(act("accept", ride, one.user).view, side)
            for one, side in zip((dana, emil), sides, strict=True)
        ]

        assert queued(RideRequest.objects.filter(pk=ride.pk), *asked) == [200, 409]

        ride.refresh_from_db()
        assert (ride.status, ride.driver) == ("accepted", dana)
        assert dict(Driver.objects.values_list("name", "status")) == {"dana": "busy", "emil": "available"}

    @pytest.mark.parametrize("sides", SIDES)
    def test_a_driver_who_wants_two_rides_gets_one(
        self, sides: Any, ride: RideRequest, ada: Customer, dana: Driver
    ) -> None:
        rides = [ride, ride_of(ada)]
        asked = [
            partial(act("accept", one, dana.user).view, side) for one, side in zip(rides, sides, strict=True)
        ]

        assert queued(Driver.objects.filter(pk=dana.pk), *asked) == [200, 409]
        assert RideRequest.objects.get(driver=dana) == ride

    @pytest.mark.parametrize("sides", SIDES)
    def test_a_ride_is_completed_once(self, sides: Any, ride: RideRequest, dana: Driver) -> None:
        services.accept_ride(ride.pk, dana)
        asked = [partial(act("complete", ride, dana.user).view, side) for side in sides]

        assert queued(RideRequest.objects.filter(pk=ride.pk), *asked) == [200, 409]

    def test_of_many_drivers_on_both_sides_one_has_each_ride(self, ada: Customer) -> None:
        drivers = [driver_called(f"driver {n}", status="available") for n in range(8)]
        rides = [ride_of(ada) for _ in range(4)]

        def try_all(number: int) -> list[int]:
            side = ("legacy", "cqrs")[number % 2]
            return [act("accept", ride, drivers[number].user).view(side) for ride in rides]

        answers = at_once(*(partial(try_all, number) for number in range(8)))

        assert sorted(status for one in answers for status in one) == [200] * 4 + [409] * 28
        assert RideRequest.objects.filter(status="accepted").values("driver").distinct().count() == 4
        assert Driver.objects.filter(status="busy").count() == 4

    def test_of_accepted_commands_the_first_has_the_ride_over_any_number_of_workers(
        self, ada: Customer, dana: Driver, emil: Driver
    ) -> None:
        for _ in range(5):
            Driver.objects.update(status="available")
            ride = ride_of(ada)
            first = accept(AcceptRide(ride_id=ride.pk, driver_id=emil.pk))
            second = accept(AcceptRide(ride_id=ride.pk, driver_id=dana.pk))
            complete = accept(CompleteRide(ride_id=ride.pk, driver_id=emil.pk))

            at_once(*[partial(drain, "commands", seconds=60)] * 3)

            for row in (first, second, complete):
                row.refresh_from_db()
            assert (first.state, second.state, complete.state) == ("done", "dead", "done")
            assert second.error == "Conflict: This ride is already accepted."

    @pytest.mark.parametrize("monolith", [True, False])
    def test_batches_and_single_reports_of_the_same_drivers(self, monolith: bool) -> None:
        """None is lost and none fails. The newest is where a driver is, unless the monolith has overwritten it."""
        drivers = [driver_called(f"driver {n}") for n in range(30)]

        def in_batches(seed: int) -> None:
            choice = random.Random(seed)
            for _ in range(10):
                accept_all(
                    ReportLocation(driver_id=one.pk, lat=choice.uniform(-90, 90), lng=1.0)
                    for one in choice.sample(drivers, 30)
                )
                drain("commands", seconds=60)

        def singly(seed: int) -> None:
            choice = random.Random(seed)
            for number in range(150):
                driver, lat = choice.choice(drivers), choice.uniform(-90, 90)
                if monolith and number % 2:
                    services.report_position(driver, lat, 1.0)
                else:
                    dispatch(ReportLocation(driver_id=driver.pk, lat=lat, lng=1.0))

        at_once(*(partial(work, seed) for seed, work in enumerate([in_batches, singly] * 2)))
        LoggedCommand.objects.update(not_before=None)
        drain("commands", seconds=60)

        assert set(LoggedCommand.objects.values_list("state", flat=True)) == {"done"}
        assert DriverPosition.objects.count() == 2 * 10 * 30 + 2 * 150
        if not monolith:
            newest = DriverPosition.objects.order_by("driver_id", "-reported_at").distinct("driver_id")
            assert {one.driver_id: (one.lat, one.reported_at) for one in newest} == {
                one.pk: whereabouts(one) for one in drivers
            }

    def test_a_later_batch_does_not_undo_what_was_reported_inline_meanwhile(self, dana: Driver) -> None:
        """The batch looks at the position when it has the driver's row, not when it began."""
        then = timezone.now()
        queued(
            Driver.objects.filter(pk=dana.pk),
            partial(services.report_position, dana, 1.0, 1.0),
            partial(execute, [reported(dana, 50.0, then)]),
        )
        assert whereabouts(dana)[0] == 1.0
