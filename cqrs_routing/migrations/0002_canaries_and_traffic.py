import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cqrs_routing", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="GuardVerdict",
            fields=[
                ("endpoint", models.TextField(primary_key=True, serialize=False)),
                ("stint", models.PositiveBigIntegerField()),
                ("verdict", models.CharField(max_length=20)),
                ("reason", models.TextField(blank=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "cqrs_guard_verdict",
            },
        ),
        migrations.CreateModel(
            name="TrafficCount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "endpoint",
                        "slot",
                        "stint",
                        "side",
                        "metric",
                        "bucket",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("endpoint", models.TextField()),
                ("slot", models.BigIntegerField()),
                ("stint", models.PositiveBigIntegerField()),
                ("side", models.CharField(max_length=10)),
                ("metric", models.CharField(max_length=20)),
                ("bucket", models.IntegerField()),
                ("count", models.BigIntegerField()),
            ],
            options={
                "db_table": "cqrs_traffic",
            },
        ),
        migrations.AlterModelOptions(
            name="endpointmode",
            options={
                "ordering": ["endpoint"],
                "permissions": [
                    ("operate_endpoint", "Can compare endpoints and take them back to legacy"),
                    ("promote_endpoint", "Can let new views answer"),
                ],
                "verbose_name": "endpoint",
            },
        ),
        migrations.AddField(
            model_name="endpointmode",
            name="groups",
            field=models.JSONField(
                blank=True,
                db_default=models.Value([], models.JSONField()),
                default=list,
                help_text="primary keys of groups, in canary",
            ),
        ),
        migrations.AddField(
            model_name="endpointmode",
            name="header",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="of requests that are in: X-Canary, or with its value X-Canary: yes",
                max_length=200,
            ),
        ),
        migrations.AddField(
            model_name="endpointmode",
            name="percent",
            field=models.DecimalField(
                db_default=0,
                decimal_places=2,
                default=0,
                help_text="of the clients, in canary",
                max_digits=5,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(100),
                ],
            ),
        ),
        migrations.AddField(
            model_name="endpointmode",
            name="promote_every",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="minutes between two promotions by schedule; empty: by hand only",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="endpointmode",
            name="sample_percent",
            field=models.DecimalField(
                db_default=100,
                decimal_places=2,
                default=100,
                help_text="of the requests that are compared",
                max_digits=5,
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(100),
                ],
            ),
        ),
        migrations.AddField(
            model_name="endpointmode",
            name="stint",
            field=models.PositiveBigIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="endpointmode",
            name="users",
            field=models.JSONField(
                blank=True,
                db_default=models.Value([], models.JSONField()),
                default=list,
                help_text="primary keys of users, in canary",
            ),
        ),
        migrations.AddField(
            model_name="modechange",
            name="canary",
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="modechange",
            name="evidence",
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="modechange",
            name="forced",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name="endpointmode",
            constraint=models.CheckConstraint(
                condition=models.Q(("percent__range", (0, 100))), name="cqrs_routing_percent"
            ),
        ),
        migrations.AddConstraint(
            model_name="endpointmode",
            constraint=models.CheckConstraint(
                condition=models.Q(("sample_percent__range", (0, 100))), name="cqrs_routing_sample_percent"
            ),
        ),
        migrations.AddIndex(
            model_name="trafficcount",
            index=models.Index(fields=["slot"], name="cqrs_traffic_slot"),
        ),
    ]
