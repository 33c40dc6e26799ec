"""Clicks stand in a part a day, with the channel they came by."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial")]

    operations = []
