"""Reports of a fleet in one request: accepted together, executed in batches."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIRequestFactory, force_authenticate

from cqrs_write.testing import drain_now
from legacy_app.customers.models import Customer
from legacy_app.rides.models import Driver, DriverPosition
from legacy_app.rides_cqrs.report_locations import report_locations_view

pytestmark = pytest.mark.django_db


@pytest.fixture
def fleet(db: None) -> list[Driver]:
    return [Driver.objects.create(name=f"driver {n}", vehicle="Van", plate=f"GC {n}") for n in range(20)]


def send(reports: Any, user: User | None) -> Any:
    request = APIRequestFactory().post("/api/rides/drivers/positions/", reports, format="json")
    force_authenticate(request, user)
    return report_locations_view(request)


def test_a_fleet_reports(fleet: list[Driver], clerk: User) -> None:
    reports = [
        {"driver_id": driver.pk, "lat": float(n), "lng": float(driver.pk)}
        for n in range(3)
        for driver in fleet
    ]

    answer = send(reports, clerk)
    drain_now()

    assert answer.status_code == 202
    assert len(answer.data["commands"]) == 60
    assert DriverPosition.objects.count() == 60
    assert list(Driver.objects.order_by("id").values_list("lat", "lng")) == [
        (2.0, float(driver.pk)) for driver in fleet
    ]


def test_what_is_no_place_does_not_keep_the_others(fleet: list[Driver], clerk: User) -> None:
    places = [{"lat": 1, "lng": 2}, {"lat": 91, "lng": 2}, {"lat": "nan", "lng": 2}, {"lng": 2}]

    answer = send([{"driver_id": fleet[0].pk, **place} for place in places], clerk)
    drain_now()

    assert answer.status_code == 207
    assert [one["status"] for one in answer.data["commands"]] == [202, 400, 400, 400]
    assert DriverPosition.objects.count() == 1


def test_integrations_only(fleet: list[Driver], ada: Customer) -> None:
    report = {"driver_id": fleet[0].pk, "lat": 1, "lng": 2}

    assert [send([report], user).status_code for user in (ada.user, None)] == [403, 401]
