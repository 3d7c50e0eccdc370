import django_filters

from legacy_app.customers.models import Customer


class CustomerFilter(django_filters.FilterSet):
    name = django_filters.CharFilter(lookup_expr="icontains")
    city = django_filters.CharFilter(lookup_expr="iexact")
    tag = django_filters.CharFilter(field_name="tags__name")
    contacted_before = django_filters.IsoDateTimeFilter(field_name="last_contact_at", lookup_expr="lt")

    class Meta:
        model = Customer
        fields = ["name", "city", "vip", "tag", "contacted_before"]
