"""Paying, cancelling and refunding: the same answers and rows from either side, at once and later."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cqrs_write.bus import accept, dispatch
from cqrs_write.testing import drain_now
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Category, Order, OrderLine, Payment, Product, Refund, StockMovement
from legacy_app.orders_cqrs.commands import CancelOrder, OrderLineInput, PayOrder, PlaceOrder, RefundOrder

from .crossing import at_once, queued
from .outcomes import Ask, assert_same

pytestmark = pytest.mark.django_db

YESTERDAY = timedelta(days=1)


@pytest.fixture
def products(db: None) -> list[Product]:
    kitchen = Category.objects.create(name="Kitchen", slug="kitchen")
    return [
        Product.objects.create(sku="KIT-1", name="Kettle", category=kitchen, price="21.90", stock=10),
        Product.objects.create(sku="GAR-1", name="Spade", price="7.05", stock=3),
        Product.objects.create(sku="OLD-1", name="Lamp", price="1.00", stock=0, active=False),
    ]


def order_of(customer: Customer, *lines: tuple[Product, int, str, str], **fields: Any) -> Order:
    """An order of yesterday: of each line product, quantity, unit price and discount."""
    then = timezone.now() - YESTERDAY
    order = Order.objects.create(
        customer=customer, number=f"N-{Order.objects.count()}", placed_at=then, **fields
    )
    Order.objects.update(updated_at=then)
    OrderLine.objects.bulk_create(
        OrderLine(order=order, product=product, quantity=quantity, unit_price=price, discount=discount)
        for product, quantity, price, discount in lines
    )
    return order


def paid(order: Order, *amounts: str, status: str = Payment.Status.CAPTURED) -> None:
    for amount in amounts:
        Payment.objects.create(
            order=order, amount=amount, status=status, created_at=order.placed_at + timedelta(hours=1)
        )


@pytest.fixture
def order(ada: Customer, products: list[Product]) -> Order:
    """39.80 and a discount of 0.50, 7.05 and 3.00, the same product twice: 49.35."""
    kettle, spade, lamp = products
    return order_of(
        ada,
        (kettle, 1, "19.90", "0.50"),
        (spade, 1, "7.05", "0"),
        (lamp, 3, "1.00", "0"),
        (kettle, 1, "19.90", "0"),
        note="Ring twice.",
    )


def ask(action: str, order: Order, user: User | None, **body: Any) -> Ask:
    return Ask(
        endpoint=f"POST orders:order-{action}", url=f"/api/orders/{order.pk}/{action}/", body=body, user=user
    )


class TestPay:
    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"method": "transfer"},
            {"amount": "49.35"},
            {"amount": "0.01", "method": "cash"},
            {"amount": 5},
            {"amount": 5.5, "unknown": True},
        ],
        ids=repr,
    )
    @pytest.mark.parametrize("before", [(), ("10.00",), ("10.10", "20.20")])
    def test_an_amount(self, before: tuple[str, ...], body: Any, order: Order, clerk: User) -> None:
        paid(order, *before)
        paid(order, "5.00", status=Payment.Status.FAILED)
        paid(order, "6.00", status=Payment.Status.AUTHORIZED)
        expected = 400 if before and body.get("amount") == "49.35" else 200
        same = assert_same(ask("pay", order, clerk, **body), expected)
        assert "orders_payment" in same.rows or expected == 400

    @pytest.mark.parametrize(
        "body",
        [
            {"amount": "49.36"},
            {"amount": "0"},
            {"amount": "-1"},
            {"amount": "1.001"},
            {"amount": "much"},
            {"amount": None},
            {"amount": "NaN"},
            {"amount": "12345678901"},
            {"method": "shells"},
            {"method": None, "amount": "x"},
        ],
        ids=repr,
    )
    def test_a_mistake(self, body: Any, order: Order, clerk: User) -> None:
        assert assert_same(ask("pay", order, clerk, **body), 400).rows == {}

    def test_too_much_is_a_reason_in_words(self, order: Order, clerk: User) -> None:
        same = assert_same(ask("pay", order, clerk, amount="50.00"), 400)
        assert same.body == {"amount": ["Only 49.35 is open."]}
        assert same.error == "CommandRejected: Only 49.35 is open."

    @pytest.mark.parametrize("status", [status for status in Order.Status if status != Order.Status.NEW])
    def test_the_wrong_state(self, status: str, order: Order, clerk: User) -> None:
        Order.objects.update(status=status)
        same = assert_same(ask("pay", order, clerk), 409)
        assert same.error == f"Conflict: Order N-0 is {status}, there is nothing to pay."
        assert same.rows == {}

    def test_nothing_is_open(self, order: Order, clerk: User) -> None:
        paid(order, "49.35")
        assert_same(ask("pay", order, clerk), 409)
        empty = order_of(order.customer)
        assert_same(ask("pay", empty, clerk), 409)


class TestCancel:
    @pytest.mark.parametrize("status", ["new", "paid"])
    def test_the_stock_comes_back(self, status: str, order: Order, clerk: User) -> None:
        Order.objects.update(status=status)
        paid(order, "10.00")
        same = assert_same(ask("cancel", order, clerk), 200)
        assert len(same.rows["orders_stockmovement"]) == 4
        assert [row["stock"] for row in same.rows["orders_product"]] == [12, 4, 3]

    @pytest.mark.parametrize("status", ["shipped", "cancelled", "refunded"])
    def test_too_late(self, status: str, order: Order, clerk: User) -> None:
        Order.objects.update(status=status)
        same = assert_same(ask("cancel", order, clerk), 409)
        assert same.error == f"Conflict: Order N-0 is {status} and can no longer be cancelled."

    def test_an_order_without_lines_or_number(self, ada: Customer, clerk: User) -> None:
        order = order_of(ada)
        assert_same(ask("cancel", order, clerk), 200)
        Order.objects.update(number=None, status="shipped")
        same = assert_same(ask("cancel", order, clerk), 409)
        assert same.body == {"detail": f"Order order {order.pk} is shipped and can no longer be cancelled."}

    def test_movements_are_in_the_same_order(self, order: Order, clerk: User) -> None:
        moved = []
        for mode in ("legacy", "cqrs"):
            StockMovement.objects.all().delete()
            Order.objects.update(status="new", cancelled=False)
            assert ask("cancel", order, clerk).side(mode).status_code == 200
            moved.append(list(StockMovement.objects.order_by("id").values_list("product__sku", "delta")))
        assert moved[1] == moved[0]

    def test_more_lines_take_no_more_queries(self, ada: Customer, clerk: User) -> None:
        products = Product.objects.bulk_create(
            Product(sku=f"P-{n}", name=f"P {n}", price="1.00", stock=0) for n in range(20)
        )

        def queries(mode: str, lines: int) -> int:
            order = order_of(ada, *((product, 1, "1.00", "0") for product in products[:lines]))
            with CaptureQueriesContext(connection) as captured:
                assert ask("cancel", order, clerk).side(mode).status_code == 200
            return len(captured)

        assert queries("cqrs", 20) == queries("cqrs", 1) <= 12
        assert queries("legacy", 20) > 50


class TestRefund:
    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"reason": "Wrong item"},
            {"amount": "39.15", "reason": ""},
            {"amount": "9.80"},
            {"amount": "12.34"},
            {"amount": 30},
        ],
        ids=repr,
    )
    @pytest.mark.parametrize("status", ["paid", "cancelled"])
    def test_an_amount(self, status: str, body: Any, order: Order, clerk: User) -> None:
        Order.objects.update(status=status, cancelled=status == "cancelled")
        paid(order, "30.00", "9.80")
        Payment.objects.filter(amount="9.80").update(created_at=timezone.now() - timedelta(hours=1))
        refunded = Payment.objects.get(amount="30.00")
        Refund.objects.create(payment=refunded, amount="0.65", created_at=order.placed_at)
        same = assert_same(ask("refund", order, clerk, **body), 200)
        assert "orders_refund" in same.rows

    @pytest.mark.parametrize(
        "body",
        [{"amount": "39.81"}, {"amount": "0"}, {"amount": "x"}, {"reason": "x" * 201}, {"reason": None}],
        ids=lambda body: repr(body)[:30],
    )
    def test_a_mistake(self, body: Any, order: Order, clerk: User) -> None:
        paid(order, "39.80")
        assert assert_same(ask("refund", order, clerk, **body), 400).rows == {}

    def test_too_much_is_a_reason_in_words(self, order: Order, clerk: User) -> None:
        paid(order, "30.00", "9.80")
        same = assert_same(ask("refund", order, clerk, amount="39.81"), 400)
        assert same.body == {"amount": ["Only 39.80 can be refunded."]}
        assert same.error == "CommandRejected: Only 39.80 can be refunded."

    def test_nothing_was_paid(self, order: Order, clerk: User) -> None:
        paid(order, "5.00", status=Payment.Status.AUTHORIZED)
        same = assert_same(ask("refund", order, clerk), 409)
        assert same.error == "Conflict: Order N-0 has no captured payment to refund."


@pytest.mark.parametrize("action", ["pay", "cancel"])
def test_who_may(action: str, order: Order, bruno: Customer, clerk: User) -> None:
    others = order_of(bruno, *((line.product, 1, "1.00", "0") for line in order.lines.all()))
    assert_same(ask(action, order, order.customer.user), 200)
    assert_same(ask(action, others, clerk), 200)
    assert_same(ask(action, others, order.customer.user), 404)
    assert_same(ask(action, others, order.customer.user, amount="x"), 404)
    assert_same(ask(action, order, None), 401)
    assert_same(ask(action, Order(pk=10**30), clerk), 404)
    order.customer.delete()
    assert_same(ask(action, order, order.customer.user), 200)


def test_who_may_refund(order: Order, clerk: User) -> None:
    paid(order, "10.00")
    assert_same(ask("refund", order, clerk), 200)
    assert_same(ask("refund", order, order.customer.user), 403)
    assert_same(ask("refund", order, None), 401)
    assert_same(ask("refund", Order(pk=10**30), clerk), 404)


def test_what_is_asked_of_a_customers_orders_is_done_in_that_order(
    order: Order, products: list[Product], bruno: Customer
) -> None:
    """Two orders share a lane: the second counts on the stock of the first."""
    customer = order.customer
    Product.objects.update(stock=0, active=True)
    again = tuple(OrderLineInput(sku=sku, quantity=1) for sku in ("KIT-1", "GAR-1"))
    commands = [
        PayOrder(customer_id=customer.pk, order_id=order.pk, amount=Decimal("9.00")),
        CancelOrder(customer_id=customer.pk, order_id=order.pk),
        PlaceOrder(customer_id=customer.pk, lines=again),
        RefundOrder(customer_id=customer.pk, order_id=order.pk, amount=Decimal("9.00")),
    ]
    for command in commands:
        accept(command)

    executed = drain_now()

    assert [row.state for row in executed] == ["done"] * 4
    assert {row.lane for row in executed} == {f"customer:{customer.pk}"}
    assert Refund.objects.get().amount == 9
    assert Order.objects.exclude(pk=order.pk).get().lines.count() == 2


def test_an_order_that_is_gone_is_what_a_command_is_dead_of(ada: Customer) -> None:
    for command in (PayOrder, CancelOrder, RefundOrder):
        accept(command(customer_id=ada.pk, order_id=7))

    dead = drain_now(allow_dead=True)

    assert {row.error for row in dead} == {"DoesNotExist: Order matching query does not exist."}


SIDES = [("legacy", "cqrs"), ("cqrs", "legacy"), ("cqrs", "cqrs")]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestMeeting:
    """Both sides at work on the same order."""

    @pytest.fixture
    def meeting(self, order: Order, clerk: User) -> Callable[..., list[int]]:
        def meet(action: str, sides: tuple[str, str]) -> list[int]:
            one = ask(action, order, clerk)
            return queued(
                Order.objects.filter(pk=order.pk), *(lambda side=side: one.view(side) for side in sides)
            )

        return meet

    @pytest.mark.parametrize("sides", SIDES)
    def test_it_is_paid_once(self, sides: Any, order: Order, meeting: Callable[..., list[int]]) -> None:
        assert meeting("pay", sides) == [200, 409]
        assert Payment.objects.get().amount == Decimal("49.35")

    @pytest.mark.parametrize("sides", SIDES)
    def test_it_is_cancelled_once(self, sides: Any, meeting: Callable[..., list[int]]) -> None:
        assert meeting("cancel", sides) == [200, 409]
        assert dict(Product.objects.values_list("sku", "stock")) == {"KIT-1": 12, "GAR-1": 4, "OLD-1": 3}

    @pytest.mark.parametrize("sides", SIDES)
    def test_it_is_refunded_once(self, sides: Any, order: Order, meeting: Callable[..., list[int]]) -> None:
        paid(order, "30.00", "9.80")
        assert meeting("refund", sides) == [200, 409]
        assert sorted(refund.amount for refund in Refund.objects.all()) == [Decimal("9.80"), 30]

    def test_a_payment_that_the_provider_reports_meanwhile_counts(self, order: Order) -> None:
        """The last payment covers the order, though another one came while it was waiting."""
        paid(order, "40.00", status=Payment.Status.AUTHORIZED)
        pay = PayOrder(customer_id=order.customer_id, order_id=order.pk, amount=Decimal("9.35"))

        def captured() -> None:
            Payment.objects.filter(status="authorized").update(status="captured")

        [answer] = queued(Order.objects.filter(pk=order.pk), lambda: (captured(), dispatch(pay))[1])
        assert (answer["status"], answer["paid"]) == ("paid", "49.35")

    def test_sides_that_cancel_and_place_do_not_block_each_other_for_good(
        self, ada: Customer, clerk: User
    ) -> None:
        products = Product.objects.bulk_create(
            Product(sku=f"P-{n:02}", name=f"P {n}", price="1.00", stock=1000) for n in range(20)
        )
        orders = [
            order_of(ada, *((product, 1, "1.00", "0") for product in products[::step]))
            for step in [1, -1] * 20
        ]
        skus = [product.sku for product in products]
        lines = [tuple(OrderLineInput(sku=sku, quantity=1) for sku in skus[::step]) for step in (1, -1)]

        def cancel(side: str, mine: list[Order]) -> set[int]:
            return {ask("cancel", order, clerk).view(side) for order in mine}

        def place() -> set[int]:
            for number in range(10):
                dispatch(PlaceOrder(customer_id=ada.pk, lines=lines[number % 2]))
            return {200}

        done = at_once(
            lambda: cancel("legacy", orders[:20]), lambda: cancel("cqrs", orders[20:]), place, place
        )

        assert done == [{200}] * 4
        assert set(Product.objects.values_list("stock", flat=True)) == {1000 + 40 - 20}
