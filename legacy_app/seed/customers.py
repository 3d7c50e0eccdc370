"""Customers with their addresses, tags and notes."""

from array import array
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from legacy_app.customers.models import Address, Customer, Note, Tag
from legacy_app.seed import accounts
from legacy_app.seed.history import customer_since
from legacy_app.seed.plan import Plan
from legacy_app.seed.progress import Advance
from legacy_app.seed.words import CITIES, FIRST_NAMES, LAST_NAMES, NOTES, STREETS, TAGS
from legacy_app.seed.writer import Row, Table

BATCH = 5_000


@dataclass
class Batch:
    customers: list[Row] = field(default_factory=list)
    addresses: list[Row] = field(default_factory=list)
    tags: list[Row] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)

    def write(self) -> None:
        names = "id user_id name email phone city vip last_contact_at created_at updated_at deleted_at"
        Table(Customer, names).write(self.customers)
        Table(Address, "id customer_id street zip city is_default").write(self.addresses)
        Table(Customer.tags.through, "customer_id tag_id").write(self.tags)
        Table(Note, "customer_id author_id text created_at").write(self.notes)


def write_customers(plan: Plan, users: dict[str, int], last_orders: array, advance: Advance) -> None:
    random = plan.random("customers")
    Table(Tag, "id name").write(enumerate(TAGS, start=1))
    for first in range(1, plan.customers + 1, BATCH):
        ids = range(first, min(first + BATCH, plan.customers + 1))
        batch = Batch()
        for customer_id in ids:
            add_customer(plan, random, users, customer_id, last_orders[customer_id], batch)
        batch.write()
        advance(len(ids))


def add_customer(
    plan: Plan, random: Random, users: dict[str, int], customer_id: int, last_order: float, batch: Batch
) -> None:
    created = customer_since(plan, customer_id)
    contact = plan.at(last_order) if last_order >= 0 else None
    if random.random() < 0.4:
        contact = add_note(plan, random, users, customer_id, contact or created, batch)
    city = add_addresses(plan, random, customer_id, batch)
    for tag_id in random.sample(range(1, len(TAGS) + 1), random.choice([0, 0, 1, 1, 2, 3])):
        batch.tags.append([customer_id, tag_id])
    batch.customers.append(
        [
            customer_id,
            users.get(f"customer{customer_id}"),
            *name_and_email(random, customer_id),
            f"+1 555 {random.randrange(10**6):06d}",
            city,
            random.random() < 0.05,
            contact,
            created,
            contact or created,
            deleted_at(plan, random, customer_id, contact or created),
        ]
    )


def name_and_email(random: Random, customer_id: int) -> tuple[str, str]:
    first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    return f"{first} {last}", f"{first}.{last}{customer_id}@example.com".lower()


def add_addresses(plan: Plan, random: Random, customer_id: int, batch: Batch) -> str:
    """The default address has the customer's id, a second one comes after all of those. Returns the city."""
    city = draw_city(random)
    batch.addresses.append([customer_id, customer_id, draw_street(random), draw_zip(random), city, True])
    if random.random() < 0.3:
        second = plan.customers + customer_id
        batch.addresses.append(
            [second, customer_id, draw_street(random), draw_zip(random), draw_city(random), False]
        )
    return city


def draw_city(random: Random) -> str:
    return CITIES[int(len(CITIES) * random.random() ** 2)]


def draw_street(random: Random) -> str:
    return f"{random.choice(STREETS)} {random.randint(1, 180)}"


def draw_zip(random: Random) -> str:
    return f"{random.randint(10_000, 99_999)}"


def add_note(
    plan: Plan, random: Random, users: dict[str, int], customer_id: int, after: datetime, batch: Batch
) -> datetime:
    written = plan.later(after, hours=random.uniform(1, 400))
    clerk = users[random.choice(accounts.CLERKS)]
    batch.notes.append([customer_id, clerk, random.choice(NOTES), written])
    return written


def deleted_at(plan: Plan, random: Random, customer_id: int, contact: datetime) -> datetime | None:
    if random.random() >= 0.01 or customer_id <= len(accounts.CUSTOMERS):
        return None
    return plan.later(contact, days=random.uniform(1, 60))
