"""django-cqrs: the order line as a master model, whose changes are sent to other services."""
