import uuid

import django.core.serializers.json
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="LoggedCommand",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("payload", models.JSONField()),
                ("actor", models.CharField(blank=True, max_length=100, null=True)),
                ("queue", models.CharField(max_length=100)),
                ("lane", models.TextField(blank=True)),
                ("lane_key", models.BigIntegerField()),
                ("holds_lane", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("accepted", "Accepted"),
                            ("retrying", "Retrying"),
                            ("done", "Done"),
                            ("dead", "Dead"),
                            ("discarded", "Discarded"),
                        ],
                        default="accepted",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("not_before", models.DateTimeField(blank=True, null=True)),
                ("accepted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "result",
                    models.JSONField(
                        blank=True, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=500)),
                ("traceback", models.TextField(blank=True)),
                (
                    "open",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.ExpressionWrapper(
                            models.Q(
                                ("state__in", ("accepted", "retrying")),
                                models.Q(("holds_lane", True), ("state", "dead")),
                                _connector="OR",
                            ),
                            output_field=models.BooleanField(),
                        ),
                        output_field=models.BooleanField(),
                    ),
                ),
            ],
            options={
                "verbose_name": "command",
                "db_table": "cqrs_command_log",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("open", True)),
                        fields=["queue", "lane_key", "id"],
                        name="cqrs_command_open",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["accepted", "retrying", "dead"])),
                        fields=["queue", "state", "id"],
                        name="cqrs_command_unfinished",
                    ),
                ],
            },
        ),
    ]
