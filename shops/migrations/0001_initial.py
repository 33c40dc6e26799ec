
import django.db.models.deletion
import kit.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Shop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('handle', models.CharField(max_length=30, unique=True)),
                ('name', models.CharField(max_length=40)),
                ('sentence', models.CharField(blank=True, max_length=80)),
                ('story', models.TextField(blank=True, max_length=4000)),
                ('place', models.CharField(blank=True, max_length=40)),
                ('theme', models.CharField(choices=[('persimmon', 'Persimmon'), ('tea', 'Tea Hill'), ('ink', 'Ink'), ('plum', 'Plum')], default='persimmon', max_length=9)),
                ('avatar', models.CharField(blank=True, max_length=80)),
                ('language', models.CharField(default='zh-hans', max_length=10)),
                ('currency', models.CharField(default='CNY', max_length=3)),
                ('state', models.CharField(choices=[('open', 'open'), ('closed', 'closed')], default='open', max_length=6)),
                ('opened_at', models.DateTimeField(default=kit.clock.now)),
                ('trusted_at', models.DateTimeField(blank=True, null=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shops_owned', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('owner', 'owner'), ('manager', 'manager'), ('packer', 'packer')], max_length=7)),
                ('since', models.DateTimeField(default=kit.clock.now)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='shops.shop')),
            ],
        ),
        migrations.CreateModel(
            name='Follow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(default=kit.clock.now)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='follows', to=settings.AUTH_USER_MODEL)),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='follows', to='shops.shop')),
            ],
        ),
        migrations.CreateModel(
            name='Terms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('commission_bp', models.PositiveSmallIntegerField(default=1000)),
                ('attribution_days', models.PositiveSmallIntegerField(default=15)),
                ('return_days', models.PositiveSmallIntegerField(default=7)),
                ('shipping_minor', models.BigIntegerField(default=0)),
                ('free_shipping_from_minor', models.BigIntegerField(blank=True, null=True)),
                ('ships_within_hours', models.PositiveSmallIntegerField(default=48)),
                ('shop', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='terms', to='shops.shop')),
            ],
        ),
        migrations.AddConstraint(
            model_name='shop',
            constraint=models.CheckConstraint(condition=models.Q(('handle__regex', '^[a-z0-9](?:[a-z0-9-]{1,28}[a-z0-9])$')), name='handle_is_small_and_plain'),
        ),
        migrations.AddConstraint(
            model_name='shop',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='shop_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('shop', 'person'), name='one_role_a_person_a_shop'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('role', 'owner')), fields=('shop',), name='one_owner_a_shop'),
        ),
        migrations.AddConstraint(
            model_name='follow',
            constraint=models.UniqueConstraint(fields=('shop', 'person'), name='followed_only_once'),
        ),
        migrations.AddConstraint(
            model_name='terms',
            constraint=models.CheckConstraint(condition=models.Q(('commission_bp__lte', 3000)), name='commission_is_at_most_30_percent'),
        ),
        migrations.AddConstraint(
            model_name='terms',
            constraint=models.CheckConstraint(condition=models.Q(('attribution_days__range', (1, 30))), name='attribution_is_1_to_30_days'),
        ),
        migrations.AddConstraint(
            model_name='terms',
            constraint=models.CheckConstraint(condition=models.Q(('return_days__range', (7, 90))), name='returns_are_7_to_90_days'),
        ),
        migrations.AddConstraint(
            model_name='terms',
            constraint=models.CheckConstraint(condition=models.Q(('shipping_minor__gte', 0)), name='shipping_is_never_negative'),
        ),
    ]
