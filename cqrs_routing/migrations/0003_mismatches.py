import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cqrs_routing", "0002_canaries_and_traffic"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mismatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("endpoint", models.TextField()),
                ("stint", models.PositiveBigIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("title", models.TextField()),
                ("parts", models.JSONField()),
                (
                    "is_inconclusive",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="whether they differ could not be told, for this reason",
                    ),
                ),
                ("count", models.PositiveBigIntegerField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "mismatches",
                "db_table": "cqrs_mismatch",
                "ordering": ["-last_at"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("endpoint", "stint", "is_inconclusive", "digest"), name="cqrs_mismatch_kind"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MismatchExample",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("request", models.TextField()),
                ("user", models.TextField(blank=True)),
                ("diff", models.TextField()),
                ("legacy", models.TextField(blank=True)),
                ("candidate", models.TextField(blank=True)),
                (
                    "mismatch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="examples",
                        to="cqrs_routing.mismatch",
                    ),
                ),
            ],
            options={
                "db_table": "cqrs_mismatch_example",
                "ordering": ["id"],
            },
        ),
    ]
