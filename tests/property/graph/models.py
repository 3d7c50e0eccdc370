"""A library: works and their authors, publishers, copies and loans; each relation is of another kind."""

from django.db import models


class Country(models.Model):
    """A text key, a table and columns with names that need quotes."""

    code = models.CharField(max_length=10, primary_key=True)
    name = models.TextField(db_column="Name")
    population = models.BigIntegerField(null=True, db_column="Number of People")

    class Meta:
        db_table = "Graph Country"


class Publisher(models.Model):
    """Referred to by a text column that is not its key; has itself as parent."""

    code = models.CharField(max_length=10, unique=True)
    name = models.TextField()
    founded = models.IntegerField(null=True)
    country = models.ForeignKey(Country, models.SET_NULL, null=True, related_name="publishers")
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="imprints")


class ActiveAuthors(models.Manager["Author"]):
    def get_queryset(self) -> models.QuerySet["Author"]:
        return super().get_queryset().filter(active=True)


class Author(models.Model):
    """A UUID key, a default manager that hides rows, many-to-many with itself."""

    id = models.UUIDField(primary_key=True)
    name = models.TextField()
    born = models.DateField(null=True)
    active = models.BooleanField(default=True)
    country = models.ForeignKey(Country, models.SET_NULL, null=True, related_name="authors")
    pupils = models.ManyToManyField("self", symmetrical=False, related_name="mentors")

    objects = ActiveAuthors()
    everyone = models.Manager["Author"]()


class Profile(models.Model):
    author = models.OneToOneField(Author, models.CASCADE, related_name="profile")
    bio = models.TextField(null=True)  # noqa: DJ001  a text column that may be NULL is part of the test
    score = models.IntegerField(null=True)


class Tag(models.Model):
    slug = models.CharField(max_length=10, primary_key=True)
    label = models.TextField()
    weight = models.IntegerField()


class Work(models.Model):
    """The parent of a multi-table child; big keys; many-to-many with and without a model of its own."""

    title = models.TextField()
    year = models.IntegerField()
    price = models.DecimalField(max_digits=10, decimal_places=2)
    available = models.BooleanField()
    published = models.DateTimeField(null=True)
    data = models.JSONField(null=True)
    author = models.ForeignKey(Author, models.CASCADE, related_name="works")
    publisher = models.ForeignKey(
        Publisher, models.SET_NULL, null=True, to_field="code", related_name="works"
    )
    sequel_of = models.ForeignKey("self", models.SET_NULL, null=True, related_name="sequels")
    tags = models.ManyToManyField(Tag, related_name="works")
    contributors = models.ManyToManyField(Author, through="Contribution", related_name="contributed")


class Book(Work):
    """A child class with a table of its own."""

    isbn = models.TextField()
    pages = models.IntegerField(null=True)
    editor = models.ForeignKey(Author, models.SET_NULL, null=True, related_name="edited")


class Reprint(Work):
    class Meta:
        proxy = True


class Contribution(models.Model):
    work = models.ForeignKey(Work, models.CASCADE, related_name="contributions")
    author = models.ForeignKey(Author, models.CASCADE, related_name="contributions")
    role = models.TextField()
    share = models.IntegerField(null=True)


class Copy(models.Model):
    work = models.ForeignKey(Work, models.CASCADE, related_name="copies")
    shelf = models.TextField()
    cost = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    bought = models.DateField()
    lent = models.BooleanField()
    quantity = models.IntegerField()


class Loan(models.Model):
    """Goes with its copy by the database's own ON DELETE CASCADE."""

    copy = models.ForeignKey(Copy, models.DO_NOTHING, db_constraint=False, related_name="loans")
    day = models.DateField()
    days = models.IntegerField(null=True)


class Shelfmark(models.Model):
    """A composite key."""

    pk = models.CompositePrimaryKey("room", "place")
    room = models.CharField(max_length=10)
    place = models.IntegerField()
    label = models.TextField()
    weight = models.DecimalField(max_digits=8, decimal_places=2)
    work = models.ForeignKey(Work, models.SET_NULL, null=True, related_name="marks")


class Reading(models.Model):
    """Partitioned by its key on PostgreSQL."""

    id = models.BigIntegerField(primary_key=True)
    region = models.CharField(max_length=10)
    minutes = models.IntegerField(null=True)
    work = models.ForeignKey(Work, models.CASCADE, related_name="readings")


class Jotting(models.Model):
    """A table that has no primary key in the database."""

    id = models.BigIntegerField(primary_key=True)
    note = models.TextField()
    stars = models.IntegerField(null=True)
    work = models.ForeignKey(Work, models.CASCADE, related_name="jottings")
