"""The sample's tables; only the order's is a copy, which has the computed columns."""

from decimal import Decimal

from computedfields.models import ComputedFieldsModel, computed
from django.db import models

CENT = Decimal("0.01")


class Customer(models.Model):
    user_id = models.IntegerField(null=True)
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254)
    city = models.CharField(max_length=100)

    class Meta:
        managed = False
        db_table = "customers_customer"


class Category(models.Model):
    name = models.CharField(max_length=100)

    class Meta:
        managed = False
        db_table = "orders_category"


class Product(models.Model):
    sku = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=200)
    category = models.ForeignKey(Category, null=True, on_delete=models.SET_NULL)

    class Meta:
        managed = False
        db_table = "orders_product"


class Order(ComputedFieldsModel):
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)

    class Meta:
        managed = False
        db_table = "rival_order"

    @computed(
        models.IntegerField(null=True), depends=[("customer", ["user_id"])], select_related=["customer"]
    )
    def customer_user_id(self):
        return self.customer.user_id

    @computed(models.CharField(max_length=200), depends=[("customer", ["name"])], select_related=["customer"])
    def customer_name(self):
        return self.customer.name

    @computed(
        models.CharField(max_length=254), depends=[("customer", ["email"])], select_related=["customer"]
    )
    def customer_email(self):
        return self.customer.email

    @computed(models.CharField(max_length=100), depends=[("customer", ["city"])], select_related=["customer"])
    def customer_city(self):
        return self.customer.city

    @computed(models.IntegerField(default=0), depends=[("lines", ["order"])], prefetch_related=["lines"])
    def line_count(self):
        return len(self.lines.all())

    @computed(models.IntegerField(default=0), depends=[("lines", ["quantity"])], prefetch_related=["lines"])
    def item_count(self):
        return sum(line.quantity for line in self.lines.all())

    @computed(
        models.DecimalField(max_digits=14, decimal_places=2, default=0),
        depends=[("lines", ["quantity", "unit_price", "discount"])],
        prefetch_related=["lines"],
    )
    def total(self):
        return sum((line.quantity * line.unit_price - line.discount for line in self.lines.all()), Decimal(0))

    @computed(
        models.DecimalField(max_digits=14, decimal_places=2, default=0),
        depends=[("payments", ["amount", "status"])],
        prefetch_related=["payments"],
    )
    def paid(self):
        payments = [payment.amount for payment in self.payments.all() if payment.status == "captured"]
        return sum(payments, Decimal(0))

    @computed(
        models.JSONField(default=list),
        depends=[
            ("lines", ["quantity", "unit_price"]),
            ("lines.product", ["name"]),
            ("lines.product.category", ["name"]),
        ],
        prefetch_related=["lines__product__category"],
    )
    def lines_shown(self):
        return [line.shown() for line in sorted(self.lines.all(), key=lambda line: line.pk)]


class Line(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(
        Product, to_field="sku", db_column="sku", on_delete=models.PROTECT, related_name="order_lines"
    )
    quantity = models.PositiveIntegerField()
    unit_price = models.DecimalField(max_digits=10, decimal_places=2)
    discount = models.DecimalField(max_digits=10, decimal_places=2, default=0)

    class Meta:
        managed = False
        db_table = "orders_orderline"

    def shown(self):
        category = self.product.category
        return {
            "sku": self.product_id,
            "name": self.product.name,
            "category": category.name if category else None,
            "quantity": self.quantity,
            "unit_price": str(self.unit_price),
        }


class Payment(models.Model):
    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="payments")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    status = models.CharField(max_length=20)

    class Meta:
        managed = False
        db_table = "orders_payment"
