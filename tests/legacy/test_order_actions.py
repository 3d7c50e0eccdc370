import pytest

from legacy_app.orders.models import Order, Payment, Refund, StockMovement


def act(client, order, action, **body):
    return client.post(f"/api/orders/{order['id']}/{action}/", body, format="json")


@pytest.fixture
def order(place):
    """Two kettles for Ada: 39.80."""
    return place(lines=[("KIT-1", 2)])


class TestPay:
    def test_everything_by_default(self, shopper, order):
        answer = act(shopper, order, "pay")

        assert answer.status_code == 200
        assert answer.json() == {**order, "status": "paid", "paid": "39.80"}
        payment = Payment.objects.get()
        assert (str(payment.amount), payment.method, payment.status) == ("39.80", "card", "captured")

    def test_in_instalments(self, clerk, order):
        assert act(clerk, order, "pay", amount="30.00", method="cash").json()["status"] == "new"
        assert act(clerk, order, "pay").json()["status"] == "paid"
        assert [str(payment.amount) for payment in Payment.objects.all()] == ["30.00", "9.80"]

    @pytest.mark.parametrize(
        "body", [{"amount": "39.81"}, {"amount": "0"}, {"amount": "much"}, {"method": "shells"}]
    )
    def test_a_bad_amount_or_method_is_refused(self, clerk, order, body):
        answer = act(clerk, order, "pay", **body)

        assert answer.status_code == 400
        assert list(answer.json()) == list(body)
        assert not Payment.objects.exists()

    def test_a_paid_order_is_not_paid_again(self, clerk, order):
        act(clerk, order, "pay")

        assert act(clerk, order, "pay").status_code == 409

    def test_not_somebody_elses(self, shopper, place, bruno):
        assert act(shopper, place(customer=bruno), "pay").status_code == 404


class TestCancel:
    def test_the_stock_comes_back(self, clerk, order, kettle):
        answer = act(clerk, order, "cancel")

        assert answer.status_code == 200
        assert answer.json() == {**order, "status": "cancelled"}
        kettle.refresh_from_db()
        assert kettle.stock == 10
        assert StockMovement.objects.filter(reason="cancellation", delta=2, order=order["id"]).count() == 1

    def test_it_is_a_soft_cancel(self, clerk, order):
        act(clerk, order, "cancel")

        assert Order.objects.get().cancelled

    @pytest.mark.parametrize("status", ["shipped", "cancelled", "refunded"])
    def test_too_late(self, clerk, order, kettle, status):
        Order.objects.update(status=status)

        assert act(clerk, order, "cancel").status_code == 409
        kettle.refresh_from_db()
        assert kettle.stock == 8

    def test_a_customer_may_cancel_their_own(self, shopper, order):
        assert act(shopper, order, "cancel").status_code == 200


class TestRefund:
    @pytest.fixture
    def paid(self, clerk, order):
        act(clerk, order, "pay", amount="30.00")
        return act(clerk, order, "pay").json()

    def test_everything_by_default(self, clerk, paid):
        answer = act(clerk, paid, "refund", reason="Wrong item")

        assert answer.status_code == 200
        assert answer.json() == {**paid, "status": "refunded", "paid": "0.00"}
        assert sorted(str(refund.amount) for refund in Refund.objects.all()) == ["30.00", "9.80"]

    def test_a_part_leaves_the_order_as_it_is(self, clerk, paid):
        assert act(clerk, paid, "refund", amount="5.00").json() == paid
        assert str(Refund.objects.get().amount) == "5.00"

    def test_the_newest_payment_goes_first(self, clerk, paid):
        act(clerk, paid, "refund", amount="10.00")

        statuses = [payment.status for payment in Payment.objects.order_by("created_at")]
        assert statuses == ["captured", "refunded"]

    def test_not_more_than_was_paid(self, clerk, paid):
        act(clerk, paid, "refund", amount="5.00")

        answer = act(clerk, paid, "refund", amount="34.81")

        assert answer.status_code == 400
        assert answer.json() == {"amount": ["Only 34.80 can be refunded."]}

    def test_an_unpaid_order_has_nothing_to_refund(self, clerk, order):
        assert act(clerk, order, "refund").status_code == 409

    def test_staff_only(self, shopper, paid):
        assert act(shopper, paid, "refund").status_code == 403
