"""A shop's programme for its sharers."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("referrals", "0005_findings")]

    operations = []
