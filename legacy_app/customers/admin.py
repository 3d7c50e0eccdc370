from django.contrib import admin

from legacy_app.customers.models import Address, Customer, Note, Tag


class AddressInline(admin.TabularInline):
    model = Address
    extra = 0


class NoteInline(admin.TabularInline):
    model = Note
    extra = 0
    raw_id_fields = ["author"]


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):
    list_display = ["name", "email", "city", "vip", "order_count", "last_contact_at", "deleted_at"]
    list_filter = ["vip", "tags", "city", "deleted_at"]
    search_fields = ["name", "email", "phone"]
    raw_id_fields = ["user"]
    filter_horizontal = ["tags"]
    readonly_fields = ["city", "created_at", "updated_at"]
    inlines = [AddressInline, NoteInline]
    actions = ["restore"]

    def get_queryset(self, request):
        return Customer.all_objects.order_by("name", "id")

    def delete_queryset(self, request, queryset):
        for customer in queryset:
            customer.delete()

    @admin.display(description="orders")
    def order_count(self, customer):
        return customer.orders.count()

    @admin.action(description="Restore selected customers")
    def restore(self, request, queryset):
        self.message_user(request, f"{queryset.update(deleted_at=None)} customers restored.")


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    search_fields = ["name"]


@admin.register(Address)
class AddressAdmin(admin.ModelAdmin):
    list_display = ["customer", "street", "zip", "city", "is_default"]
    list_filter = ["is_default", "city"]
    list_select_related = ["customer"]
    raw_id_fields = ["customer"]


@admin.register(Note)
class NoteAdmin(admin.ModelAdmin):
    list_display = ["customer", "author", "text", "created_at"]
    list_filter = ["created_at"]
    list_select_related = ["customer", "author"]
    raw_id_fields = ["customer", "author"]
