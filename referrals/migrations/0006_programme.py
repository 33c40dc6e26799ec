"""A shop's programme for its sharers."""

import django.db.models.deletion
import kit.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0005_findings"),
        ("shops", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Programme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("who", models.CharField(choices=[("everybody", "Everybody"), ("buyers", "Who bought here and kept it"), ("followers", "Who follows the shop"), ("invited", "Only who you invite")], default="everybody", max_length=9)),
                ("changed_at", models.DateTimeField(default=kit.clock.now)),
                ("shop", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="programme", to="shops.shop")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("who__in", ["everybody", "buyers", "followers", "invited"])), name="programme_is_for_people_we_can_tell"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by_address", models.BooleanField(default=False)),
                ("at", models.DateTimeField(default=kit.clock.now)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("shop", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="invitations", to="shops.shop")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("withdrawn_at__isnull", True)), fields=("shop", "person"), name="invited_only_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Removal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200)),
                ("at", models.DateTimeField(default=kit.clock.now)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("shop", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="removals", to="shops.shop")),
                ("undone_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [models.Index(fields=["shop", "person"], name="removals_by_person")],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("undone_at__isnull", True)), fields=("shop", "person"), name="removed_only_once"),
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="removal_has_a_reason"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("undone_at__isnull", True), ("undone_by__isnull", True)),
                            models.Q(("undone_at__gte", models.F("at")), ("undone_at__isnull", False), ("undone_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="removal_is_undone_by_somebody_and_later",
                    ),
                ],
            },
        ),
    ]
