"""Clicks stand in a partition a day, with the channel they came by."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# What clicks there are go to the catch-all; the timed job takes each day's out of it.
# A click that is stored while they are copied would go with the old table, so nobody stores one.
PARTITIONS = """
LOCK TABLE referrals_click IN ACCESS EXCLUSIVE MODE;
CREATE TEMPORARY TABLE clicks_so_far ON COMMIT DROP AS TABLE referrals_click;
DROP TABLE referrals_click;
CREATE TABLE referrals_click (
  id uuid NOT NULL PRIMARY KEY,
  link_id bigint NOT NULL,
  at timestamp with time zone NOT NULL,
  kind varchar(8) NOT NULL,
  visitor varchar(16) NOT NULL,
  channel varchar(12) DEFAULT '' NOT NULL
) PARTITION BY RANGE (id);
CREATE INDEX clicks_by_link ON referrals_click (link_id, at);
CREATE INDEX clicks_by_time ON referrals_click USING brin (at) WITH (autosummarize = on);
CREATE TABLE referrals_click_default PARTITION OF referrals_click DEFAULT;
INSERT INTO referrals_click (id, link_id, at, kind, visitor)
  SELECT id, link_id, at, kind, visitor FROM clicks_so_far;
"""

ONE_TABLE = """
LOCK TABLE referrals_click IN ACCESS EXCLUSIVE MODE;
CREATE TEMPORARY TABLE clicks_so_far ON COMMIT DROP AS TABLE referrals_click;
DROP TABLE referrals_click;
CREATE TABLE referrals_click (
  id uuid NOT NULL PRIMARY KEY,
  link_id bigint NOT NULL REFERENCES referrals_sharelink (id) DEFERRABLE INITIALLY DEFERRED,
  at timestamp with time zone NOT NULL,
  kind varchar(8) NOT NULL,
  visitor varchar(16) NOT NULL
);
CREATE INDEX clicks_by_link ON referrals_click (link_id, at);
INSERT INTO referrals_click SELECT id, link_id, at, kind, visitor FROM clicks_so_far;
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(PARTITIONS, ONE_TABLE)],
            state_operations=[
                migrations.AddField(
                    model_name="click",
                    name="channel",
                    field=models.CharField(blank=True, db_default="", default="", max_length=12),
                ),
                migrations.AlterField(
                    model_name="click",
                    name="kind",
                    field=models.CharField(
                        choices=[
                            ("human", "Human"),
                            ("preview", "Preview"),
                            ("prefetch", "Prefetch"),
                            ("bot", "Bot"),
                            ("suspect", "Suspect"),
                            ("rate", "Rate"),
                            ("self", "Self"),
                        ],
                        max_length=8,
                    ),
                ),
                migrations.AlterField(
                    model_name="click",
                    name="link",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clicks",
                        to="referrals.sharelink",
                    ),
                ),
                migrations.AddIndex(
                    model_name="click",
                    index=django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True, fields=["at"], name="clicks_by_time"
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(model_name="clickhour", name="one_row_a_link_an_hour"),
        migrations.AddField(
            model_name="clickhour",
            name="channel",
            field=models.CharField(blank=True, db_default="", default="", max_length=12),
        ),
        migrations.AddField(
            model_name="clickhour",
            name="visitors",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="clickhour",
            name="awaits_visitors",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name="clickhour",
            constraint=models.UniqueConstraint(
                fields=("link", "hour", "channel"), name="one_row_a_link_an_hour_a_channel"
            ),
        ),
        migrations.AddIndex(
            model_name="clickhour",
            index=models.Index(
                condition=models.Q(("awaits_visitors", True)),
                fields=["link", "hour", "channel"],
                name="click_hours_awaiting_visitors",
            ),
        ),
        migrations.CreateModel(
            name="PoisonEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entry", models.CharField(max_length=40)),
                ("body", models.TextField()),
                ("why", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("fingerprint", models.CharField(max_length=32, unique=True)),
            ],
            options={"verbose_name_plural": "poison entries"},
        ),
        # Hours that stood before: their visitors were never counted.
        migrations.RunSQL(
            "UPDATE referrals_clickhour SET awaits_visitors = true WHERE humans > 0",
            migrations.RunSQL.noop,
        ),
    ]
