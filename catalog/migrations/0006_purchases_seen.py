
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0005_endorsements_whole'),
    ]

    operations = [
        migrations.AddField(
            model_name='receipt',
            name='seen_by',
            field=models.CharField(choices=[('me', 'Only me'), ('friends', 'My friends'), ('everyone', 'Everyone')], db_default='me', default='me', max_length=8),
        ),
    ]
