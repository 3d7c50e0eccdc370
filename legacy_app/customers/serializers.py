from rest_framework import serializers

from legacy_app.customers.models import Address, Customer, Note, Tag


class AddressSerializer(serializers.ModelSerializer):
    class Meta:
        model = Address
        fields = ["id", "street", "zip", "city", "is_default"]


class NoteSerializer(serializers.ModelSerializer):
    author = serializers.CharField(source="author.username", read_only=True, default=None)

    class Meta:
        model = Note
        fields = ["id", "author", "text", "created_at"]
        read_only_fields = ["created_at"]


class TagsSerializer(serializers.Serializer):
    tags = serializers.ListField(child=serializers.CharField(max_length=50), max_length=20)

    def save(self, customer):
        tags = [Tag.objects.get_or_create(name=name)[0] for name in self.validated_data["tags"]]
        customer.tags.set(tags)


class CustomerSerializer(serializers.ModelSerializer):
    tags = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)
    default_address = AddressSerializer(read_only=True)
    order_count = serializers.SerializerMethodField()
    last_order = serializers.SerializerMethodField()

    class Meta:
        model = Customer
        fields = [
            "id",
            "name",
            "email",
            "phone",
            "city",
            "vip",
            "tags",
            "default_address",
            "order_count",
            "last_order",
            "last_contact_at",
            "created_at",
        ]
        read_only_fields = ["city", "vip", "last_contact_at", "created_at"]

    def get_order_count(self, customer) -> int:
        return customer.orders.filter(cancelled=False).count()

    def get_last_order(self, customer) -> str | None:
        order = customer.orders.filter(cancelled=False).order_by("-placed_at", "-id").first()
        return order.number if order else None
