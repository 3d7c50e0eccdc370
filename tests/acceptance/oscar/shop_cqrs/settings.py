"""The shop's settings with the toolkit installed."""

from shop.settings import *  # noqa: F403
from shop.settings import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [*INSTALLED_APPS, "cqrs_write", "cqrs_read", "cqrs_routing", "shop_cqrs"]
MIDDLEWARE = [*MIDDLEWARE, "cqrs_routing.middleware.RoutingMiddleware"]
