"""Walks: all that people do with the sample."""

from ..people import arrive
from ..site import Site
from . import back_office, customers, orders, platform, rides


def through_the_sample(site: Site) -> None:
    people = arrive(site)
    for walk in (customers, orders, rides, platform, back_office):
        walk.walk(site, people)


def through_the_api(site: Site) -> None:
    """The same without the back office, by fewer people."""
    people = arrive(site, thinned=True)
    for walk in (customers, orders, rides, platform):
        walk.walk(site, people)
