from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="EndpointMode",
            fields=[
                ("endpoint", models.TextField(primary_key=True, serialize=False)),
                ("mode", models.CharField(default="legacy", max_length=10)),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                ("changed_by", models.TextField(blank=True)),
                ("reason", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "endpoint",
                "ordering": ["endpoint"],
            },
        ),
        migrations.CreateModel(
            name="ModeChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("endpoint", models.TextField(db_index=True)),
                ("old", models.CharField(max_length=10)),
                ("new", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                ("by", models.TextField(blank=True)),
                ("reason", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "mode change",
                "ordering": ["-id"],
            },
        ),
    ]
