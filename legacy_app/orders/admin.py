from django.contrib import admin

from legacy_app.orders.models import (
    Category,
    Collection,
    GiftCard,
    Order,
    OrderLine,
    Payment,
    Product,
    Refund,
    StockMovement,
)


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "parent", "position"]
    list_filter = ["parent"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["sku", "name", "category", "price", "stock", "active"]
    list_filter = ["active", "category"]
    list_editable = ["price", "active"]
    search_fields = ["sku", "name"]


@admin.register(Collection)
class CollectionAdmin(admin.ModelAdmin):
    list_display = ["name"]
    search_fields = ["name"]
    filter_horizontal = ["products"]


@admin.register(GiftCard)
class GiftCardAdmin(ProductAdmin):
    list_display = ["sku", "name", "face_value", "valid_days", "price", "active"]


class OrderLineInline(admin.TabularInline):
    model = OrderLine
    extra = 0
    autocomplete_fields = ["product"]


class PaymentInline(admin.TabularInline):
    model = Payment
    extra = 0


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    list_display = ["number", "customer", "status", "placed_at", "item_count", "cancelled"]
    list_filter = ["status", "cancelled", "placed_at"]
    search_fields = ["number", "customer__name", "customer__email"]
    date_hierarchy = "placed_at"
    autocomplete_fields = ["customer"]
    raw_id_fields = ["shipping_address"]
    inlines = [OrderLineInline, PaymentInline]
    actions = ["mark_shipped"]

    @admin.display(description="items")
    def item_count(self, order):
        return sum(line.quantity for line in order.lines.all())

    @admin.action(description="Mark selected paid orders as shipped")
    def mark_shipped(self, request, queryset):
        shipped = queryset.filter(status=Order.Status.PAID).update(status=Order.Status.SHIPPED)
        self.message_user(request, f"{shipped} orders marked as shipped.")


class RefundInline(admin.TabularInline):
    model = Refund
    extra = 0


@admin.register(Payment)
class PaymentAdmin(admin.ModelAdmin):
    list_display = ["id", "order", "amount", "method", "status", "created_at"]
    list_filter = ["status", "method", "created_at"]
    list_select_related = ["order"]
    raw_id_fields = ["order"]
    inlines = [RefundInline]


@admin.register(StockMovement)
class StockMovementAdmin(admin.ModelAdmin):
    list_display = ["product", "delta", "reason", "order", "created_at"]
    list_filter = ["reason", "created_at"]
    list_select_related = ["product", "order"]
    raw_id_fields = ["product", "order"]
