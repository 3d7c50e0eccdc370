from django.core.management.base import BaseCommand, CommandError

from legacy_app.orders import pricing
from legacy_app.orders.models import Category


class Command(BaseCommand):
    help = "Change the price of all active products, or of one category, by a percentage."

    def add_arguments(self, parser):
        parser.add_argument("--percent", required=True, help="for example 2.5 or -1")
        parser.add_argument("--category", metavar="SLUG", help="only this category, without its children")

    def handle(self, *, percent, category, **options):
        if category is not None and not Category.objects.filter(slug=category).exists():
            raise CommandError(f"There is no category {category!r}.", returncode=2)
        try:
            changed = pricing.change_prices(percent, category)
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from None
        self.stdout.write(f"{changed} prices changed by {percent} %.")
