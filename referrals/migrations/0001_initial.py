
import django.db.models.deletion
import kit.clock
import kit.public_ids
from django.conf import settings
from kit.append_only import append_only
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("kit", "0001_initial"),
        ('catalog', '0001_initial'),
        ('shops', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Salt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('value', models.BinaryField(max_length=16)),
            ],
        ),
        migrations.CreateModel(
            name='ShareLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=kit.public_ids.public_id, editable=False, max_length=10, unique=True)),
                ('created_at', models.DateTimeField(default=kit.clock.now)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='share_links', to=settings.AUTH_USER_MODEL)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='share_links', to='catalog.product')),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='share_links', to='shops.shop')),
            ],
        ),
        migrations.CreateModel(
            name='ClickHour',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField()),
                ('humans', models.PositiveIntegerField(default=0)),
                ('others', models.PositiveIntegerField(default=0)),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hours', to='referrals.sharelink')),
            ],
        ),
        migrations.CreateModel(
            name='Click',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('kind', models.CharField(choices=[('human', 'Human'), ('preview', 'Preview'), ('prefetch', 'Prefetch'), ('bot', 'Bot'), ('suspect', 'Suspect'), ('self', 'Self')], max_length=8)),
                ('visitor', models.CharField(max_length=16)),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clicks', to='referrals.sharelink')),
            ],
        ),
        migrations.CreateModel(
            name='Attribution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order_key', models.CharField(max_length=10, unique=True)),
                ('click_id', models.UUIDField()),
                ('clicked_at', models.DateTimeField()),
                ('frozen_at', models.DateTimeField()),
                ('trace', models.JSONField(default=list)),
                ('buyer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sharer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attributions', to=settings.AUTH_USER_MODEL)),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attributions', to='shops.shop')),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attributions', to='referrals.sharelink')),
            ],
        ),
        migrations.CreateModel(
            name='Commission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line_key', models.CharField(max_length=60)),
                ('base_minor', models.BigIntegerField()),
                ('rate_bp', models.PositiveSmallIntegerField()),
                ('amount_minor', models.BigIntegerField()),
                ('reversed_minor', models.BigIntegerField(default=0)),
                ('currency', models.CharField(max_length=3)),
                ('waits', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('expected', 'ordered'), ('pending', 'paid, on its way'), ('held', 'received, in the return window'), ('released', 'yours'), ('void', 'order cancelled'), ('reversed', 'refunded')], default='expected', max_length=8)),
                ('ordered_at', models.DateTimeField()),
                ('paid_at', models.DateTimeField(blank=True, null=True)),
                ('received_at', models.DateTimeField(blank=True, null=True)),
                ('held_until', models.DateTimeField(blank=True, null=True)),
                ('released_at', models.DateTimeField(blank=True, null=True)),
                ('attribution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commissions', to='referrals.attribution')),
                ('product', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='commissions', to='catalog.product')),
                ('sharer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='commissions', to=settings.AUTH_USER_MODEL)),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commissions', to='shops.shop')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'held')), fields=['held_until', 'id'], name='commissions_by_due_time'), models.Index(fields=['sharer', '-ordered_at'], name='commissions_by_sharer')],
                'constraints': [models.UniqueConstraint(fields=('line_key',), name='one_sale_pays_one_sharer'), models.CheckConstraint(condition=models.Q(('rate_bp__lte', 3000)), name='commission_rate_is_at_most_30_percent'), models.CheckConstraint(condition=models.Q(('amount_minor__gte', 0), ('amount_minor__lte', models.F('base_minor'))), name='commission_is_within_its_base'), models.CheckConstraint(condition=models.Q(('reversed_minor__gte', 0), ('reversed_minor__lte', models.F('amount_minor'))), name='reversal_is_within_the_commission'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['held', 'released']), _negated=True), ('held_until__isnull', False), _connector='OR'), name='held_commission_knows_until_when')],
            },
        ),
        migrations.CreateModel(
            name='Reversal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120)),
                ('amount_minor', models.BigIntegerField()),
                ('lost_minor', models.BigIntegerField(default=0)),
                ('at', models.DateTimeField()),
                ('commission', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reversals', to='referrals.commission')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('commission', 'key'), name='one_reversal_a_commission_a_fact'), models.CheckConstraint(condition=models.Q(models.Q(('amount_minor__gt', 0), ('lost_minor__range', (0, models.F('amount_minor')))), models.Q(('amount_minor__lt', 0), ('lost_minor__range', (models.F('amount_minor'), 0))), _connector='OR'), name='the_house_bears_no_more_than_was_reversed')],
            },
        ),
        migrations.AddConstraint(
            model_name='sharelink',
            constraint=models.UniqueConstraint(fields=('person', 'product'), name='one_link_a_person_a_product'),
        ),
        migrations.AddConstraint(
            model_name='clickhour',
            constraint=models.UniqueConstraint(fields=('link', 'hour'), name='one_row_a_link_an_hour'),
        ),
        migrations.AddIndex(
            model_name='click',
            index=models.Index(fields=['link', 'at'], name='clicks_by_link'),
        ),
        migrations.AddIndex(
            model_name='clickhour',
            index=models.Index(fields=['hour'], name='click_hours_by_hour'),
        ),
        migrations.AddConstraint(
            model_name='attribution',
            constraint=models.CheckConstraint(condition=models.Q(('buyer__isnull', True), models.Q(('buyer', models.F('sharer')), _negated=True), _connector='OR'), name='nobody_earns_from_their_own_order'),
        ),
        append_only("referrals_attribution"),
        append_only("referrals_reversal"),
    ]
