import uuid

import django.core.serializers.json
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="IdempotentAnswer",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("scope", models.CharField(max_length=300)),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("headers", models.JSONField(default=dict)),
                ("body", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "cqrs_idempotent_answer",
                "constraints": [
                    models.UniqueConstraint(fields=("scope", "key"), name="cqrs_idempotent_answer_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="LoggedCommand",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("payload", models.JSONField()),
                ("actor", models.CharField(blank=True, max_length=100, null=True)),
                ("queue", models.CharField(max_length=100)),
                ("priority", models.SmallIntegerField(default=0)),
                ("lane", models.TextField(blank=True)),
                ("lane_key", models.BigIntegerField()),
                ("holds_lane", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("accepted", "Accepted"),
                            ("running", "Running"),
                            ("retrying", "Retrying"),
                            ("done", "Done"),
                            ("dead", "Dead"),
                            ("discarded", "Discarded"),
                            ("cancelled", "Cancelled"),
                        ],
                        db_default="accepted",
                        default="accepted",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(db_default=0, default=0)),
                ("not_before", models.DateTimeField(blank=True, null=True)),
                ("accepted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "result",
                    models.JSONField(
                        blank=True, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True
                    ),
                ),
                ("error", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("traceback", models.TextField(blank=True, db_default="", default="")),
                ("worker", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("marked_at", models.DateTimeField(blank=True, null=True)),
                ("marked_to", models.BigIntegerField(blank=True, null=True)),
                ("alone", models.BooleanField(db_default=False, default=False)),
                ("lost", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("traceparent", models.CharField(blank=True, max_length=100)),
                ("tracestate", models.CharField(blank=True, max_length=512)),
                ("correlation_id", models.UUIDField(default=uuid.uuid4)),
                ("causation_id", models.UUIDField(blank=True, null=True)),
                (
                    "open",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.ExpressionWrapper(
                            models.Q(
                                ("state__in", ("accepted", "retrying", "running")),
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
                        fields=["queue", "priority", "lane_key", "id"],
                        name="cqrs_command_open",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["accepted", "retrying", "running", "dead"])),
                        fields=["queue", "state", "id"],
                        name="cqrs_command_unfinished",
                    ),
                    models.Index(
                        condition=models.Q(("expires_at__isnull", False)),
                        fields=["expires_at"],
                        name="cqrs_command_expiry",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxEvent",
            fields=[
                ("sequence", models.BigAutoField(primary_key=True, serialize=False)),
                ("uuid", models.UUIDField(db_column="id", default=uuid.uuid4, editable=False, unique=True)),
                ("aggregatetype", models.CharField(max_length=100)),
                ("aggregateid", models.CharField(max_length=200)),
                ("type", models.CharField(max_length=200)),
                ("payload", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("occurred_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("actor", models.CharField(blank=True, max_length=100, null=True)),
                ("correlation_id", models.UUIDField(blank=True, null=True)),
                ("causation_id", models.UUIDField(blank=True, null=True)),
                ("tracingspancontext", models.TextField(blank=True)),
            ],
            options={
                "db_table": "cqrs_outbox",
                "ordering": ["sequence"],
                "indexes": [models.Index(fields=["occurred_at"], name="cqrs_outbox_age")],
            },
        ),
    ]
