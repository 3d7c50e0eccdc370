import pytest

from legacy_app.throttling import CustomerRateThrottle

URL = "/api/customers/"


@pytest.fixture(autouse=True)
def _three_a_minute(monkeypatch):
    monkeypatch.setattr(CustomerRateThrottle, "rate", "3/min", raising=False)


def statuses(client, requests=5):
    return [client.get(URL).status_code for _ in range(requests)]


def test_customers_are_slowed_down(shopper):
    assert statuses(shopper) == [200, 200, 200, 429, 429]
    assert "Retry-After" in shopper.get(URL)


def test_back_office_integrations_are_not(clerk):
    assert statuses(clerk) == [200] * 5
