"""The share links of a visit without cookies go along with the bag."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0002_given_away"),
    ]

    operations = [
        migrations.AddField(
            model_name="bag",
            name="brought",
            field=models.CharField(blank=True, db_default="", default="", max_length=400),
        ),
    ]
