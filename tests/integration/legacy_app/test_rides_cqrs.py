"""The map of drivers answers the same from either side, byte for byte."""

from collections.abc import Iterator

import pytest

from cqrs_read.testing import refresh_now
from legacy_app.rides.models import Driver
from legacy_app.rides_cqrs.read_models import DriverCard

from .conftest import Shop
from .sides import both_sides, client_of, queries_of

pytestmark = pytest.mark.django_db

NEARBY, URL = "GET rides:nearby", "/api/rides/nearby/"


@pytest.fixture(scope="module")
def seeded(shop: Shop) -> Iterator[None]:
    with shop(0.5):
        yield


@pytest.fixture
def drivers(seeded: None, db: None) -> list[Driver]:
    """A few hundred drivers around the middle of the seeded ones, all available."""
    Driver.objects.filter(lat__isnull=False).update(status=Driver.Status.AVAILABLE)
    refresh_now(DriverCard)
    return list(Driver.objects.filter(lat__isnull=False))


@pytest.mark.parametrize("radius", ["", "&radius_km=0.5", "&radius_km=50", "&radius_km=0.01", "&radius_km=x"])
def test_drivers_near_a_point(drivers: list[Driver], radius: str) -> None:
    client = client_of("customer1")
    for driver in drivers[:5]:
        url = f"{URL}?lat={driver.lat}&lng={driver.lng}{radius}"
        legacy, new = both_sides(NEARBY, lambda url=url: client.get(url))
        assert (new.status_code, new.content) == (legacy.status_code, legacy.content)


@pytest.mark.parametrize(
    ("lat", "lng"), [(89.99, 10.0), (-89.999, -170.0), (0.0, 179.999), (10.0, -179.999), (90.0, 0.0)]
)
def test_near_the_poles_and_the_date_line(drivers: list[Driver], lat: float, lng: float) -> None:
    around = [(lat, lng), (lat, -lng), (lat - 0.01, lng), (lat, 0.0), (lat, 180.0), (lat, -180.0)]
    for driver, (y, x) in zip(drivers, around, strict=False):
        Driver.objects.filter(pk=driver.pk).update(lat=max(-90.0, min(90.0, y)), lng=x)
    refresh_now(DriverCard)
    client = client_of("customer1")
    legacy, new = both_sides(NEARBY, lambda: client.get(f"{URL}?lat={lat}&lng={lng}&radius_km=50"))
    assert new.content == legacy.content
    assert len(new.json()) >= 2


def test_two_queries_however_many_drivers_there_are(drivers: list[Driver]) -> None:
    client, driver = client_of("customer1"), drivers[0]
    url = f"{URL}?lat={driver.lat}&lng={driver.lng}&radius_km=50"
    legacy, new = both_sides(NEARBY, lambda: client.get(url))
    assert len(new.json()) > 10
    assert queries_of(new) == 2  # who asks, and the drivers
    assert queries_of(legacy) > 10


def test_without_a_point(drivers: list[Driver]) -> None:
    client = client_of("customer1")
    legacy, new = both_sides(NEARBY, lambda: client.get(URL))
    assert (new.status_code, new.content) == (legacy.status_code, legacy.content)
    assert new.status_code == 400
