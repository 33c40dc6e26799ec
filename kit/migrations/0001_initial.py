"""The function behind every append-only table, and the extensions the rooms use."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

from kit.append_only import FUNCTION


class Migration(migrations.Migration):
    initial = True
    operations = [
        TrigramExtension(),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION kit_append_only()"),
    ]
