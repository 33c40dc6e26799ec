"""What the rules against fraud found, and who let it go."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("referrals", "0004_given_away")]

    operations = []
