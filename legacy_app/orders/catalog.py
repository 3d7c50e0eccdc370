"""The public catalogue."""

from rest_framework import generics, serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from legacy_app.orders.filters import ProductFilter
from legacy_app.orders.models import Category, Product


class ProductSerializer(serializers.ModelSerializer):
    category = serializers.SerializerMethodField()
    gift_card = serializers.SerializerMethodField()

    class Meta:
        model = Product
        fields = ["sku", "name", "category", "price", "stock", "gift_card"]

    def get_category(self, product) -> str | None:
        return product.category.name if product.category else None

    def get_gift_card(self, product) -> bool:
        return hasattr(product, "giftcard")


class ProductListView(generics.ListAPIView):
    queryset = Product.objects.filter(active=True)
    serializer_class = ProductSerializer
    permission_classes = [AllowAny]
    filterset_class = ProductFilter
    ordering_fields = ["sku", "name", "price"]
    ordering = ["sku"]


class CategorySerializer(serializers.ModelSerializer):
    product_count = serializers.SerializerMethodField()
    children = serializers.SerializerMethodField()

    class Meta:
        model = Category
        fields = ["id", "name", "slug", "product_count", "children"]

    def get_product_count(self, category) -> int:
        return category.products.filter(active=True).count()

    def get_children(self, category) -> list[dict]:
        return CategorySerializer(category.children.all(), many=True).data


class CategoryTreeView(APIView):
    permission_classes = [AllowAny]
    serializer_class = CategorySerializer

    def get(self, request):
        roots = Category.objects.filter(parent__isnull=True)
        return Response(CategorySerializer(roots, many=True).data)
