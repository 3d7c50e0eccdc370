from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from legacy_app.rides.models import Driver, DriverPosition, RideRequest
from legacy_app.rides.tasks import prune_positions

URL = "/api/rides/"
ROUTE = {"pickup_lat": 52.5, "pickup_lng": 13.4, "dropoff_lat": 52.6, "dropoff_lng": 13.4}


def make_driver(name, **fields):
    user = User.objects.create_user(name)
    return Driver.objects.create(user=user, name=name, vehicle="Van", plate=f"GC {name}", **fields)


def app_of(driver):
    """The driver's app: an API client."""
    client = APIClient()
    client.force_authenticate(User.objects.get(pk=driver.user_id))
    return client


@pytest.fixture
def dana(db):
    return make_driver("dana", status="available", lat=52.5, lng=13.4)


@pytest.fixture
def emil(db):
    return make_driver("emil", status="available", lat=52.51, lng=13.4)


@pytest.fixture
def ride(ada):
    return RideRequest.objects.create(passenger=ada, **ROUTE)


@pytest.fixture
def completed(ride, dana):
    for action in ["accept", "complete"]:
        assert act(app_of(dana), ride, action).status_code == 200
    return ride


def act(client, ride, action, **body):
    return client.post(f"{URL}{ride.pk}/{action}/", body, format="json")


def status_of(driver):
    return Driver.objects.get(pk=driver.pk).status


class TestDrivers:
    @pytest.mark.parametrize(("path", "status"), [("online", "available"), ("offline", "offline")])
    def test_they_log_in_and_out(self, dana, path, status):
        answer = app_of(dana).post(f"{URL}drivers/{path}/")

        assert answer.status_code == 200
        assert answer.json()["status"] == status_of(dana) == status

    @pytest.mark.parametrize("path", ["online", "offline"])
    def test_not_in_the_middle_of_a_ride(self, dana, ride, path):
        act(app_of(dana), ride, "accept")

        assert app_of(dana).post(f"{URL}drivers/{path}/").status_code == 409

    def test_they_report_where_they_are(self, dana):
        answer = app_of(dana).post(f"{URL}drivers/position/", {"lat": 52.1, "lng": 13.2}, format="json")

        assert answer.status_code == 200
        position = DriverPosition.objects.get()
        dana.refresh_from_db()
        assert (dana.lat, dana.lng, dana.position_at) == (52.1, 13.2, position.reported_at)

    @pytest.mark.parametrize("point", [{}, {"lat": 91, "lng": 0}, {"lat": 0, "lng": "east"}])
    def test_a_bad_position_is_refused(self, dana, point):
        assert app_of(dana).post(f"{URL}drivers/position/", point, format="json").status_code == 400

    def test_old_positions_are_forgotten(self, dana):
        app_of(dana).post(f"{URL}drivers/position/", {"lat": 52.1, "lng": 13.2}, format="json")
        long_ago = timezone.now() - timedelta(days=31)
        DriverPosition.objects.create(driver=dana, lat=1, lng=1, reported_at=long_ago)

        prune_positions.delay()

        assert DriverPosition.objects.get().lat == 52.1

    @pytest.mark.parametrize("path", ["online", "offline", "position"])
    def test_drivers_only(self, shopper, path):
        assert shopper.post(f"{URL}drivers/{path}/").status_code == 403


class TestNearby:
    HERE = "?lat=52.5&lng=13.4"

    def test_available_drivers_nearest_first(self, shopper, emil, dana):
        assert reverse("rides:nearby") == f"{URL}nearby/"
        first, second = shopper.get(f"{URL}nearby/{self.HERE}").json()

        assert (first["name"], first["distance_km"]) == ("dana", 0)
        assert (second["name"], second["distance_km"]) == ("emil", pytest.approx(1.112, abs=0.001))

    def test_within_the_radius(self, shopper, dana, emil):
        assert len(shopper.get(f"{URL}nearby/{self.HERE}&radius_km=1").json()) == 1

    def test_nobody_who_is_busy_or_offline(self, shopper, dana, emil, ride):
        act(app_of(dana), ride, "accept")
        app_of(emil).post(f"{URL}drivers/offline/")

        assert shopper.get(f"{URL}nearby/{self.HERE}").json() == []

    def test_a_place_is_needed(self, shopper):
        assert sorted(shopper.get(f"{URL}nearby/").json()) == ["lat", "lng"]


class TestRequest:
    def test_a_ride(self, shopper, ada):
        answer = shopper.post(URL, {"passenger": ada.pk, **ROUTE}, format="json")

        assert answer.status_code == 201
        ride = answer.json()
        assert (ride["status"], ride["driver"], ride["distance_km"]) == ("requested", None, 11.12)
        assert ride["id"] == str(RideRequest.objects.get().pk)

    def test_for_oneself_only(self, shopper, bruno):
        assert shopper.post(URL, {"passenger": bruno.pk, **ROUTE}, format="json").status_code == 403

    def test_a_place_off_the_globe_is_refused(self, shopper, ada):
        body = {"passenger": ada.pk, **ROUTE, "pickup_lat": 95}

        assert list(shopper.post(URL, body, format="json").json()) == ["pickup_lat"]


class TestAccept:
    def test_the_driver_is_busy_from_then_on(self, dana, ride):
        answer = act(app_of(dana), ride, "accept")

        assert answer.status_code == 200
        assert (answer.json()["status"], answer.json()["driver"]["name"]) == ("accepted", "dana")
        assert status_of(dana) == "busy"

    def test_a_ride_that_is_taken(self, dana, emil, ride):
        act(app_of(dana), ride, "accept")

        answer = act(app_of(emil), ride, "accept")

        assert answer.status_code == 409
        assert answer.json() == {"detail": "This ride is already accepted."}
        assert status_of(emil) == "available"

    def test_one_ride_at_a_time(self, dana, ada, ride):
        other = RideRequest.objects.create(passenger=ada, **ROUTE)
        act(app_of(dana), ride, "accept")

        assert act(app_of(dana), other, "accept").status_code == 409

    def test_drivers_only(self, shopper, ride):
        assert act(shopper, ride, "accept").status_code == 403


class TestComplete:
    def test_the_fare_follows_from_the_distance(self, dana, completed):
        completed.refresh_from_db()

        assert completed.status == "completed"
        assert str(completed.fare) == "19.32"
        assert status_of(dana) == "available"

    def test_by_the_driver_who_drove(self, dana, emil, ride):
        act(app_of(dana), ride, "accept")

        assert act(app_of(emil), ride, "complete").status_code == 403

    def test_not_twice(self, dana, completed):
        assert act(app_of(dana), completed, "complete").status_code == 409


class TestCancel:
    def test_the_driver_is_free_again(self, shopper, dana, ride):
        act(app_of(dana), ride, "accept")

        assert act(shopper, ride, "cancel").json()["status"] == "cancelled"
        assert status_of(dana) == "available"

    def test_not_after_the_ride(self, shopper, completed):
        assert act(shopper, completed, "cancel").status_code == 409


class TestRate:
    def test_the_drivers_rating_is_the_average(self, shopper, clerk, dana, ada, completed):
        RideRequest.objects.create(passenger=ada, driver=dana, status="completed", rating=4, **ROUTE)

        assert act(shopper, completed, "rate", rating=5).json()["rating"] == 5
        dana.refresh_from_db()
        assert str(dana.rating) == "4.50"

    @pytest.mark.parametrize("rating", [0, 6, "good"])
    def test_one_to_five(self, shopper, completed, rating):
        assert act(shopper, completed, "rate", rating=rating).status_code == 400

    def test_only_what_has_been_completed(self, shopper, ride):
        assert act(shopper, ride, "rate", rating=5).status_code == 409

    def test_not_by_the_driver(self, dana, completed):
        assert act(app_of(dana), completed, "rate", rating=5).status_code == 403


class TestHistory:
    def rides(self, client):
        return [ride["id"] for ride in client.get(URL).json()["results"]]

    def test_passengers_drivers_and_staff(self, shopper, clerk, dana, bruno, completed):
        other = RideRequest.objects.create(passenger=bruno, **ROUTE)

        assert self.rides(shopper) == self.rides(app_of(dana)) == [str(completed.pk)]
        assert self.rides(clerk) == [str(other.pk), str(completed.pk)]
        assert shopper.get(f"{URL}{completed.pk}/").status_code == 200
        assert shopper.get(f"{URL}{other.pk}/").status_code == 403

    def test_one_has_to_be_logged_in(self, anybody, db):
        assert anybody.get(URL).status_code == 401
