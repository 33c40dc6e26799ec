"""Brands, and who may sell them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_first_rules")]

    operations = []
