"""Links with a name and an end of their own, and touches claimed at sign-in."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from kit.append_only import append_only

CHANNELS = [
    ("", "link"),
    ("wechat", "WeChat"),
    ("moments", "Moments"),
    ("weibo", "Weibo"),
    ("xiaohongshu", "Xiaohongshu"),
    ("whatsapp", "WhatsApp"),
    ("telegram", "Telegram"),
    ("x", "X"),
    ("poster", "poster"),
    ("code", "text code"),
    ("advert", "paid advertisement"),
    ("sheet", "share button"),
    ("sms", "text message"),
    ("mail", "e-mail"),
    ("qr", "QR code"),
]
RULES = [
    ("no such link", "the link does not exist, or is of another shop"),
    ("after the order", "clicked after the order was placed"),
    ("outside the window", "clicked longer ago than the shop counts"),
    ("not a person", "opened by a program, not a person"),
    ("link ended", "the link had ended when it was clicked"),
    ("own purchase", "the sharer is the buyer"),
    ("own shop", "the sharer works in the shop"),
    ("sharer inactive", "the sharer's account is closed"),
    ("blocked", "the sharer or the buyer has blocked the other"),
    ("own contact", "the buyer's phone or e-mail is the sharer's"),
    ("own account", "the buyer or the shop is paid out to the sharer's account"),
    ("not in programme", "the shop does not let this person share for pay"),
    ("taken", "brought the order"),
    ("older", "another link was clicked later"),
    ("in doubt", "a click that is certainly a person's goes before it"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0002_clicks_by_day"),
        ("shops", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="sharelink",
            name="slug",
            field=models.CharField(blank=True, max_length=40, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="sharelink",
            name="ends_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="sharelink",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reshares",
                to="referrals.sharelink",
            ),
        ),
        migrations.AddField(
            model_name="sharelink",
            name="may_be_named",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name="sharelink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("slug__isnull", True),
                    models.Q(("slug__regex", "^[a-z0-9-]{3,40}$"), ("slug__regex", "[-ilou]")),
                    _connector="OR",
                ),
                name="own_slug_never_reads_as_a_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="sharelink",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent__isnull", True), ("parent__lt", models.F("id")), _connector="OR"
                ),
                name="a_link_comes_from_an_older_one",
            ),
        ),
        migrations.CreateModel(
            name="FormerSlug",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.CharField(max_length=40, unique=True)),
                ("freed_at", models.DateTimeField()),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="former_slugs",
                        to="referrals.sharelink",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="attribution",
            name="channel",
            field=models.CharField(
                blank=True, choices=CHANNELS, db_default="", default="", max_length=12
            ),
        ),
        migrations.AddField(
            model_name="attribution",
            name="tells_name",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="Candidate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order_key", models.CharField(max_length=10)),
                ("click_id", models.UUIDField()),
                ("clicked_at", models.DateTimeField()),
                (
                    "channel",
                    models.CharField(
                        blank=True, choices=CHANNELS, db_default="", default="", max_length=12
                    ),
                ),
                ("rule", models.CharField(choices=RULES, max_length=20)),
                ("judged_at", models.DateTimeField()),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="candidates",
                        to="referrals.sharelink",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["link", "-judged_at"], name="candidates_by_link")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("order_key", "click_id"), name="a_click_is_judged_once_an_order"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("rule", "taken")),
                        fields=("order_key",),
                        name="one_click_takes_an_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClaimedTouch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("click_id", models.UUIDField(unique=True)),
                ("at", models.DateTimeField()),
                (
                    "channel",
                    models.CharField(blank=True, choices=CHANNELS, default="", max_length=12),
                ),
                ("is_doubtful", models.BooleanField(default=False)),
                ("claimed_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="claimed_touches",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referrals.sharelink",
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.shop",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["person", "shop", "-at"], name="claimed_touches_by_person"
                    ),
                    models.Index(fields=["at"], name="claimed_touches_by_age"),
                ],
            },
        ),
        append_only("referrals_candidate"),
    ]
