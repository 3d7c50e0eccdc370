"""What the shop's views show, and the forms that they take."""

from rest_framework import serializers


class LineSerializer(serializers.Serializer):
    sku = serializers.CharField()


class OrderSerializer(serializers.Serializer):
    lines = LineSerializer(many=True)


class OrderFormSerializer(serializers.Serializer):
    sku = serializers.CharField()


class RefundSerializer(serializers.Serializer):
    reason = serializers.CharField()


class ReportSerializer(serializers.Serializer):
    rows = serializers.IntegerField()


class NoteSerializer(serializers.Serializer):
    text = serializers.CharField()


class FilteredSerializer(serializers.Serializer):
    text = serializers.CharField()
