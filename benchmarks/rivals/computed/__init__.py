"""django-computedfields: the columns of OrderSummary as computed fields of the order itself."""
