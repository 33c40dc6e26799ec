"""Commissions that are given away, and the charities they may be given to."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import kit.clock

GIVES = [
    ("keep", "I keep it"),
    ("buyer", "My friend pays less"),
    ("charity", "A charity gets it"),
    ("none", "Nobody gets it"),
]


def _charity(related_name: str, **options: Any) -> Any:
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to="referrals.charity",
        **options,
    )


def _gives() -> Any:
    return models.CharField(choices=GIVES, db_default="keep", default="keep", max_length=7)


def _names_a_charity(who: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(gives="charity", charity__isnull=False)
        | (~Q(gives="charity") & Q(charity__isnull=True)),
        name=f"{who}_names_a_charity_exactly_if_it_gives_to_one",
    )


class Migration(migrations.Migration):
    dependencies = [("referrals", "0003_own_links")]

    operations = [
        migrations.CreateModel(
            name="Charity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name_zh", models.CharField(max_length=60)),
                ("name_en", models.CharField(max_length=60)),
                ("registration", models.CharField(max_length=40)),
                ("listed_at", models.DateTimeField(default=kit.clock.now)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("registration",), name="one_charity_a_registration"
                    )
                ],
            },
        ),
        migrations.AddField("sharelink", "gives", _gives()),
        migrations.AddField("sharelink", "charity", _charity("links")),
        migrations.AddConstraint("sharelink", _names_a_charity("link")),
        migrations.AddField("attribution", "gives", _gives()),
        migrations.AddField("attribution", "charity", _charity("attributions")),
        migrations.AddConstraint("attribution", _names_a_charity("attribution")),
        migrations.AlterField(
            "commission",
            "state",
            models.CharField(
                choices=[
                    ("expected", "ordered"),
                    ("pending", "paid, on its way"),
                    ("held", "received, in the return window"),
                    ("released", "yours"),
                    ("void", "order cancelled"),
                    ("reversed", "refunded"),
                    ("given", "given to the buyer"),
                ],
                default="expected",
                max_length=8,
            ),
        ),
        migrations.AddField("commission", "charity", _charity("commissions", db_index=False)),
        migrations.AddConstraint(
            "commission",
            models.CheckConstraint(
                condition=~Q(state="given")
                | Q(received_at__isnull=True, released_at__isnull=True, charity__isnull=True),
                name="a_gift_is_paid_to_nobody",
            ),
        ),
    ]
