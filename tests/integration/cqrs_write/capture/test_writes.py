"""Every way to write a captured table is reported, with the keys that a read model needs; nothing else is."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from legacy_app.customers.models import Customer
from legacy_app.orders.models import Category, GiftCard, Order, OrderLine, Payment, Product

pytestmark = pytest.mark.django_db(transaction=True)

ORDER, LINE, PRODUCT = "orders_order.id", "orders_orderline.order_id", "orders_product.sku"
CUSTOMER, CATEGORY, PAYMENT = "customers_customer.id", "orders_category.id", "orders_payment.order_id"


def execute(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_save(order: Order, logged: Any) -> None:
    with logged() as log:
        order.status = Order.Status.PAID
        order.save()
    assert log[ORDER] == {order.pk}


def test_create(order: Order, logged: Any) -> None:
    with logged() as log:
        new = Order.objects.create(customer=order.customer)
    assert log[ORDER] == {new.pk}


def test_queryset_update(order: Order, logged: Any) -> None:
    with logged() as log:
        Customer.objects.filter(pk=order.customer_id).update(name="Ada B.")
    assert log[CUSTOMER] == {order.customer_id}


def test_update_with_f(order: Order, logged: Any) -> None:
    with logged() as log:
        OrderLine.objects.update(quantity=F("quantity") + 1)
    assert log[LINE] == {order.pk}


def test_bulk_create(order: Order, logged: Any) -> None:
    with logged() as log:
        OrderLine.objects.bulk_create(
            [OrderLine(order=order, product_id="A", quantity=1, unit_price=1) for _ in range(3)]
        )
    assert log[LINE] == {order.pk}


def test_bulk_create_that_updates_on_conflict(order: Order, logged: Any) -> None:
    with logged() as log:
        Product.objects.bulk_create(
            [Product(sku="A", name="Renamed", price=1)],
            update_conflicts=True,
            unique_fields=["sku"],
            update_fields=["name"],
        )
    assert log[PRODUCT] == {"A"}


@pytest.mark.postgresql  # SQLite cannot tell beforehand that nothing will be replaced, and reports the row
def test_bulk_create_that_ignores_conflicts_logs_nothing(order: Order, logged: Any) -> None:
    with logged() as log:
        Product.objects.bulk_create([Product(sku="A", name="Ignored", price=1)], ignore_conflicts=True)
    assert log[PRODUCT] == set()


def test_bulk_update(order: Order, logged: Any) -> None:
    lines = list(order.lines.all())
    for line in lines:
        line.unit_price += 1
    with logged() as log:
        OrderLine.objects.bulk_update(lines, ["unit_price"])
    assert log[LINE] == {order.pk}


def test_delete_with_the_cascade_of_the_orm(order: Order, logged: Any) -> None:
    key = order.pk
    Payment.objects.create(order=order, amount=5)
    with logged() as log:
        order.delete()
    assert log[ORDER] == log[LINE] == log[PAYMENT] == {key}


def test_queryset_delete_and_raw_delete(order: Order, logged: Any) -> None:
    first, second = order.lines.all()
    with logged() as log:
        OrderLine.objects.filter(pk=first.pk).delete()
    assert log[LINE] == {order.pk}
    with logged() as log:
        rows = OrderLine.objects.filter(pk=second.pk)
        rows._raw_delete(rows.db)
    assert log[LINE] == {order.pk}


def test_set_null_when_a_category_goes(order: Order, logged: Any) -> None:
    category = Category.objects.get()
    with logged() as log:
        category.delete()
    assert log[PRODUCT] == {"A", "B"}
    assert len(log[CATEGORY]) == 1


def test_raw_sql(order: Order, logged: Any) -> None:
    with logged() as log:
        execute("UPDATE orders_orderline SET unit_price = unit_price * 2")
    assert log[LINE] == {order.pk}


def test_insert_from_select(order: Order, logged: Any) -> None:
    with logged() as log:
        execute(
            "INSERT INTO orders_orderline (order_id, sku, quantity, unit_price, discount) "
            "SELECT order_id, sku, 1, 1, 0 FROM orders_orderline"
        )
    assert log[LINE] == {order.pk}


def test_a_child_that_moves_reports_both_parents(order: Order, logged: Any) -> None:
    other = Order.objects.create(customer=order.customer)
    with logged() as log:
        OrderLine.objects.filter(order=order, product_id="A").update(order=other)
    assert log[LINE] == {order.pk, other.pk}


def test_a_key_that_changes_reports_both(order: Order, logged: Any) -> None:
    product = Product.objects.create(sku="OLD", name="Old", price=1)
    with logged() as log:
        Product.objects.filter(pk=product.pk).update(sku="NEW")
    assert log[PRODUCT] == {"OLD", "NEW"}


def test_a_primary_key_that_changes_reports_both(order: Order, logged: Any) -> None:
    empty = Order.objects.create(customer=order.customer)
    with logged() as log:
        Order.objects.filter(pk=empty.pk).update(id=empty.pk + 1000)
    assert log[ORDER] == {empty.pk, empty.pk + 1000}


def test_a_child_class_writes_its_parents_table(order: Order, logged: Any) -> None:
    with logged() as log:
        GiftCard.objects.create(sku="GIFT", name="Gift card", price=50, face_value=50)
    assert log[PRODUCT] == {"GIFT"}


def test_a_column_that_nothing_uses_is_not_reported(order: Order, logged: Any) -> None:
    with logged() as log:
        Customer.objects.update(updated_at=timezone.now())
        Product.objects.update(updated_at=timezone.now())
    assert not log.window


def test_an_update_that_changes_nothing_is_not_reported(order: Order, logged: Any) -> None:
    with logged() as log:
        Order.objects.update(note=F("note"))
    assert not log.window


def test_a_rollback_leaves_nothing(order: Order, logged: Any) -> None:
    with logged() as log, pytest.raises(ZeroDivisionError), transaction.atomic():
        Order.objects.update(note="gone")
        raise ZeroDivisionError
    assert not log.window


def test_a_savepoint_rolled_back_leaves_only_the_rest(order: Order, logged: Any) -> None:
    with logged() as log, transaction.atomic():
        Order.objects.update(note="stays")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            Customer.objects.update(name="gone")
            raise ZeroDivisionError
    assert log[ORDER] == {order.pk}
    assert log[CUSTOMER] == set()


@pytest.mark.sqlite
def test_insert_or_replace_reports_the_row_that_it_pushes_out(order: Order, logged: Any) -> None:
    other = Order.objects.create(customer=order.customer)
    line = order.lines.first()
    with logged() as log:
        execute(
            "INSERT OR REPLACE INTO orders_orderline (id, order_id, sku, quantity, unit_price, discount) "
            "VALUES (%s, %s, 'A', 1, 1, 0)",
            line.pk,
            other.pk,
        )
    assert log[LINE] == {order.pk, other.pk}


@pytest.mark.postgresql
class TestPostgreSQLOnly:
    def test_truncate_reports_everything(self, order: Order, logged: Any) -> None:
        with logged() as log:
            execute("TRUNCATE orders_payment CASCADE")
        assert log.window.everything == {PAYMENT}

    def test_copy(self, order: Order, logged: Any) -> None:
        with logged() as log, connection.cursor() as cursor:
            sql = "COPY orders_orderline (order_id, sku, quantity, unit_price, discount) FROM STDIN"
            with cursor.cursor.copy(sql) as copy:
                copy.write_row((order.pk, "A", 1, 1, 0))
        assert log[LINE] == {order.pk}

    def test_merge(self, order: Order, logged: Any) -> None:
        with logged() as log:
            execute(
                "MERGE INTO orders_product p USING (VALUES ('A'), ('C')) AS v (sku) ON p.sku = v.sku "
                "WHEN MATCHED THEN UPDATE SET name = 'merged' "
                "WHEN NOT MATCHED THEN INSERT (sku, name, price, stock, active, updated_at) "
                "VALUES (v.sku, 'new', 1, 1, true, now())"
            )
        assert log[PRODUCT] == {"A", "C"}

    def test_many_keys_come_in_chunks(self, order: Order, logged: Any) -> None:
        Order.objects.bulk_create([Order(customer=order.customer) for _ in range(12_000)])
        with logged() as log:
            Order.objects.update(note="all")
        assert len(log[ORDER]) == 12_001
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(cardinality(keys)) FROM cqrs_change_log")
            assert cursor.fetchone() == (5000,)

    def test_a_replicas_session_is_no_way_around(self, order: Order, logged: Any) -> None:
        with logged() as log, transaction.atomic():
            execute("SET LOCAL session_replication_role = replica")
            execute("UPDATE orders_order SET note = 'replayed'")
        assert log[ORDER] == {order.pk}
