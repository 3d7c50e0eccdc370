"""A graph of models with every kind of relation, in a registry of its own: nobody else's tests see it."""

import uuid
from typing import Any, ClassVar

from django.apps.registry import Apps
from django.db import models

graph = Apps(["tests.integration.cqrs_read.declarations.graph"])


class Seen(models.Manager[Any]):
    """A default manager that hides rows, as monoliths have them."""

    def get_queryset(self) -> Any:
        return super().get_queryset().exclude(name__startswith="hidden")


class Node(models.Model):
    class Meta:
        abstract = True
        app_label = "graph"
        apps = graph


class Region(Node):
    name = models.CharField(max_length=50)

    objects: ClassVar[Seen] = Seen()

    class Meta(Node.Meta):
        base_manager_name = "objects"


class Tag(Node):
    name = models.CharField(max_length=50)


class Customer(Node):
    name = models.CharField(max_length=50)
    code = models.CharField(max_length=20, unique=True)
    region = models.ForeignKey(Region, null=True, on_delete=models.SET_NULL)
    vip = models.BooleanField(default=False)

    objects: ClassVar[Seen] = Seen()


class Profile(Node):
    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, primary_key=True)
    level = models.IntegerField(default=0)


class Warehouse(Node):
    name = models.CharField(max_length=50)


class Product(Node):
    sku = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=50)
    price = models.DecimalField(max_digits=8, decimal_places=2)


class Order(Node):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="orders")
    referrer = models.ForeignKey(
        Customer, null=True, on_delete=models.SET_NULL, related_name="referred", to_field="code"
    )
    follows = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="followers")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.DO_NOTHING, db_constraint=False)
    tags: Any = models.ManyToManyField(Tag, related_name="orders", related_query_name="order")
    products: Any = models.ManyToManyField(
        Product, through="Line", through_fields=("order", "product"), related_name="orders"
    )
    related: Any = models.ManyToManyField("self")
    blocks: Any = models.ManyToManyField("self", symmetrical=False, related_name="blocked_by")
    city = models.CharField(max_length=20, default="")
    day = models.DateField()
    rate = models.IntegerField(default=1)
    nickname = models.CharField(max_length=20, null=True)  # noqa: DJ001  grouping by it is refused

    class Meta(Node.Meta):
        db_table = "graph_Order"


class Line(Node):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(
        Product, to_field="sku", db_column="ProductSku", on_delete=models.CASCADE, related_name="+"
    )
    instead_of = models.ForeignKey(Product, null=True, on_delete=models.SET_NULL, related_name="replaced")
    quantity = models.IntegerField()
    weight = models.IntegerField(null=True)

    class Meta(Node.Meta):
        db_table = "graph Line"


class Refund(Node):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="refunds")
    amount = models.DecimalField(max_digits=8, decimal_places=2)


class BigOrder(Order):
    """A child in a table of its own."""

    discount = models.IntegerField(default=0)
    bulk_tags: Any = models.ManyToManyField(Tag, related_name="bulk_orders")


class Reminder(Node):
    """Hangs on the child's table."""

    order = models.ForeignKey(BigOrder, on_delete=models.CASCADE, related_name="reminders")
    text = models.CharField(max_length=50)


class ProxyOrder(Order):
    class Meta(Node.Meta):
        proxy = True


class ProxyLine(Line):
    class Meta(Node.Meta):
        proxy = True


class Stock(Node):
    """Has a key of two columns."""

    pk = models.CompositePrimaryKey("warehouse_id", "sku")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.CASCADE, related_name="stocks")
    sku = models.CharField(max_length=20)
    amount = models.IntegerField()


class Sample(Node):
    """One column of each type."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="samples")
    moment = models.DateTimeField(null=True)
    date = models.DateField(null=True)
    time = models.TimeField(null=True)
    duration = models.DurationField(null=True)
    uuid = models.UUIDField(null=True)
    flag = models.BooleanField(null=True)
    raw = models.BinaryField(null=True)
    document = models.JSONField(null=True)
    address = models.GenericIPAddressField(null=True)
    number = models.FloatField(null=True)
    money = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    text = models.TextField(null=True)  # noqa: DJ001  NULL is shown too


MODELS: list[type[models.Model]] = [
    *(Region, Tag, Customer, Profile, Warehouse, Product, Order, Line, Refund, BigOrder, Reminder),
    *(Stock, Sample),
]
