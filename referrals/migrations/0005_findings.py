"""What the rules against fraud found, and who let it go."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

import kit.clock
from kit.append_only import append_only


def _key() -> Any:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def _person(name: str, on_delete: Any = django.db.models.deletion.PROTECT, **more: Any) -> Any:
    return models.ForeignKey(
        on_delete=on_delete, related_name=name, to=settings.AUTH_USER_MODEL, **more
    )


def _attribution(name: str) -> Any:
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=name,
        to="referrals.attribution",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0004_given_away"),
        ("payments", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "commission", "in_review", models.BooleanField(db_default=False, default=False)
        ),
        migrations.AddField(
            "commission", "refused_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddConstraint(
            "commission",
            models.CheckConstraint(
                condition=Q(in_review=False) | Q(released_at__isnull=True),
                name="nothing_in_review_is_released",
            ),
        ),
        migrations.AddConstraint(
            "commission",
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True) | Q(state="void", in_review=False),
                name="refused_commission_is_void_for_good",
            ),
        ),
        migrations.AddIndex(
            "attribution",
            models.Index(fields=["sharer", "-frozen_at"], name="attributions_by_sharer"),
        ),
        migrations.AddIndex(
            "attribution",
            models.Index(fields=["link", "-frozen_at"], name="attributions_by_link"),
        ),
        migrations.AddIndex(
            "attribution",
            models.Index(fields=["shop", "-frozen_at"], name="attributions_by_shop"),
        ),
        migrations.AddIndex(
            "attribution", models.Index(fields=["click_id"], name="attributions_by_click")
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", _key()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("let_go", "let go"), ("refused", "refused")],
                        default="open",
                        max_length=7,
                    ),
                ),
                ("opened_at", models.DateTimeField(default=kit.clock.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("attribution", _attribution("reviews")),
                ("decided_by", _person("+", blank=True, null=True)),
                (
                    "payout_hold",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.payouthold",
                    ),
                ),
                ("person", _person("reviews")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=Q(state="open"), fields=["opened_at"], name="reviews_that_wait"
                    ),
                    models.Index(fields=["-decided_at"], name="reviews_by_decision"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(attribution__isnull=True, payout_hold__isnull=False)
                        | Q(attribution__isnull=False, payout_hold__isnull=True),
                        name="review_is_of_a_sale_or_of_payouts",
                    ),
                    models.CheckConstraint(
                        condition=Q(state="open", decided_by__isnull=True, decided_at__isnull=True)
                        | (
                            ~Q(state="open")
                            & ~Q(reason="")
                            & Q(decided_by__isnull=False, decided_at__isnull=False)
                        ),
                        name="decided_review_knows_by_whom_and_why",
                    ),
                    models.CheckConstraint(
                        condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("person")),
                        name="nobody_reviews_their_own_money",
                    ),
                    models.UniqueConstraint(
                        condition=Q(state="open", attribution__isnull=False),
                        fields=("attribution",),
                        name="one_open_review_a_sale",
                    ),
                    models.UniqueConstraint(
                        condition=Q(state="open", attribution__isnull=True),
                        fields=("person",),
                        name="one_open_review_of_ones_payouts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", _key()),
                ("rule", models.CharField(max_length=4)),
                ("version", models.PositiveSmallIntegerField()),
                ("score", models.PositiveSmallIntegerField()),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("ok", "only noted"),
                            ("hold", "waits for a person"),
                            ("block", "must never be paid"),
                        ],
                        max_length=5,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("sale", "when it was ordered"),
                            ("release", "before it was free"),
                            ("payout", "before a payout"),
                        ],
                        max_length=7,
                    ),
                ),
                ("evidence", models.JSONField(default=dict)),
                ("at", models.DateTimeField(default=kit.clock.now)),
                ("attribution", _attribution("findings")),
                ("person", _person("findings")),
                (
                    "review",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="referrals.review",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=Q(review__isnull=True),
                        fields=["-at"],
                        name="findings_only_noted",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(attribution__isnull=False),
                        fields=("attribution", "rule", "score", "verdict"),
                        name="a_rule_says_the_same_of_a_sale_once",
                    ),
                    models.CheckConstraint(
                        condition=Q(verdict="ok") | Q(review__isnull=False),
                        name="what_holds_money_is_for_a_person_to_decide",
                    ),
                ],
            },
        ),
        append_only("referrals_finding"),
        migrations.CreateModel(
            name="Doorstep",
            fields=[
                ("id", _key()),
                ("order_key", models.CharField(max_length=10, unique=True)),
                ("digest", models.CharField(max_length=32)),
                ("at", models.DateTimeField()),
                (
                    "person",
                    _person(
                        "doorsteps",
                        on_delete=django.db.models.deletion.CASCADE,
                        blank=True,
                        null=True,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["digest", "person"], name="doorsteps_alike"),
                    models.Index(fields=["at"], name="doorsteps_by_age"),
                ],
            },
        ),
    ]
