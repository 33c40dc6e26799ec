from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_first_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="hold",
            name="digest",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
    ]
