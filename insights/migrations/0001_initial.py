
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('shops', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ShopDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('orders', models.PositiveIntegerField(default=0)),
                ('goods_minor', models.BigIntegerField(default=0)),
                ('clicks', models.PositiveIntegerField(default=0)),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='shops.shop')),
            ],
            options={
                'indexes': [models.Index(fields=['day'], name='days_of_every_shop')],
                'constraints': [models.UniqueConstraint(fields=('shop', 'day'), name='one_row_a_shop_a_day')],
            },
        ),
    ]
