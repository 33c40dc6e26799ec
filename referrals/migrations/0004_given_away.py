"""Commissions that are given away."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("referrals", "0003_own_links")]

    operations = []
