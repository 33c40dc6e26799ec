"""What a sharer takes off a line's price."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [
        migrations.AddField(
            "orderline", "given_minor", models.BigIntegerField(db_default=0, default=0)
        ),
        migrations.RemoveConstraint("orderline", "line_total_is_price_times_quantity"),
        migrations.AddConstraint(
            "orderline",
            models.CheckConstraint(
                condition=Q(total_minor=F("unit_price_minor") * F("quantity") - F("given_minor")),
                name="line_total_is_price_times_quantity_less_the_gift",
            ),
        ),
        migrations.AddConstraint(
            "orderline",
            models.CheckConstraint(
                condition=Q(given_minor=0) | Q(given_minor__gt=0, total_minor__gt=0),
                name="a_gift_leaves_something_to_pay",
            ),
        ),
    ]
