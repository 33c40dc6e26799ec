
import django.contrib.postgres.indexes
import django.contrib.postgres.search
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
        ('shops', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=30, unique=True)),
                ('name_zh', models.CharField(max_length=30)),
                ('name_en', models.CharField(max_length=30)),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'verbose_name_plural': 'categories',
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Rule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=12, unique=True)),
                ('words', models.JSONField(default=list)),
                ('reason_zh', models.CharField(max_length=200)),
                ('reason_en', models.CharField(max_length=200)),
                ('is_on', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='Endorsement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=kit.public_ids.public_id, editable=False, max_length=10, unique=True)),
                ('verdict', models.CharField(choices=[('yes', 'yes'), ('so_so', 'so-so'), ('no', 'no')], max_length=5)),
                ('words', models.CharField(blank=True, max_length=60)),
                ('language', models.CharField(default='zh-hans', max_length=10)),
                ('visibility', models.CharField(choices=[('friends', 'friends'), ('everyone', 'everyone'), ('vendor', 'only the shop')], default='friends', max_length=8)),
                ('earns', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=kit.clock.now)),
                ('changed_at', models.DateTimeField(default=kit.clock.now)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='endorsements', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='EndorsementVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('yes', 'yes'), ('so_so', 'so-so'), ('no', 'no')], max_length=5)),
                ('words', models.CharField(blank=True, max_length=60)),
                ('visibility', models.CharField(choices=[('friends', 'friends'), ('everyone', 'everyone'), ('vendor', 'only the shop')], max_length=8)),
                ('withdrawn', models.BooleanField(default=False)),
                ('at', models.DateTimeField(default=kit.clock.now)),
                ('endorsement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='catalog.endorsement')),
            ],
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=kit.public_ids.public_id, editable=False, max_length=10, unique=True)),
                ('title', models.CharField(max_length=80)),
                ('description', models.TextField(blank=True, max_length=8000)),
                ('language', models.CharField(default='zh-hans', max_length=10)),
                ('commission_bp', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('state', models.CharField(choices=[('draft', 'draft'), ('held', 'in review'), ('live', 'on sale'), ('returned', 'sent back'), ('unlisted', 'taken down')], default='draft', max_length=8)),
                ('version', models.PositiveIntegerField(default=1)),
                ('search', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                ('created_at', models.DateTimeField(default=kit.clock.now)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='catalog.category')),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='products', to='shops.shop')),
            ],
        ),
        migrations.CreateModel(
            name='Photo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('alt', models.CharField(blank=True, max_length=120)),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('colour', models.CharField(default='#f3eee7', max_length=7)),
                ('widths', models.JSONField(default=list)),
                ('avif_widths', models.JSONField(default=list)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=kit.clock.now)),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='catalog.product')),
            ],
            options={
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='endorsement',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='endorsements', to='catalog.product'),
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line_key', models.CharField(max_length=60, unique=True)),
                ('quantity', models.PositiveIntegerField()),
                ('net_paid_minor', models.BigIntegerField()),
                ('received_at', models.DateTimeField()),
                ('keeps_from', models.DateTimeField()),
                ('returned_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to=settings.AUTH_USER_MODEL)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='catalog.product')),
            ],
        ),
        migrations.AddField(
            model_name='endorsement',
            name='receipt',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='endorsements', to='catalog.receipt'),
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=kit.public_ids.public_id, editable=False, max_length=10, unique=True)),
                ('cause', models.CharField(choices=[('new_shop', 'first listings of a new shop'), ('rule', 'a rule matched'), ('again', 'sent in again')], max_length=8)),
                ('matched', models.CharField(blank=True, max_length=80)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('digest', models.CharField(blank=True, db_default='', default='', max_length=64)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('approved', 'approved'), ('returned', 'sent back'), ('dropped', 'dropped by the vendor')], default='waiting', max_length=8)),
                ('created_at', models.DateTimeField(default=kit.clock.now)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='catalog.product')),
                ('rule', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='catalog.rule')),
            ],
        ),
        migrations.CreateModel(
            name='Variant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=40)),
                ('price_minor', models.BigIntegerField()),
                ('available', models.IntegerField(default=0)),
                ('reserved', models.IntegerField(default=0)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('is_offered', models.BooleanField(default=True)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='variants', to='catalog.product')),
            ],
            options={
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='StockMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('adjusted', 'Adjusted'), ('reserved', 'Reserved'), ('released', 'Released'), ('sold', 'Sold'), ('returned', 'Returned')], max_length=8)),
                ('key', models.CharField(max_length=120, unique=True)),
                ('available_change', models.IntegerField()),
                ('reserved_change', models.IntegerField()),
                ('at', models.DateTimeField(default=kit.clock.now)),
                ('variant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stock_moves', to='catalog.variant')),
            ],
        ),
        migrations.AddField(
            model_name='receipt',
            name='variant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.variant'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search'], name='products_by_word'),
        ),
        migrations.AddIndex(
            model_name='product',
            index=django.contrib.postgres.indexes.GinIndex(fields=['title'], name='products_by_letters', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='product',
            index=models.Index(condition=models.Q(('state', 'live')), fields=['-published_at'], name='products_newest_first'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('commission_bp__isnull', True), ('commission_bp__lte', 3000), _connector='OR'), name='product_commission_is_at_most_30_percent'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'live'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='live_product_knows_when_it_went_live'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(fields=['product', '-created_at'], name='endorsements_by_product'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.UniqueConstraint(fields=('person', 'product'), name='one_endorsement_a_person_a_product'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('verdict', 'no'), _negated=True), models.Q(('visibility', 'everyone'), _negated=True), _connector='OR'), name='a_no_is_never_shown_to_everyone'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('product',), name='one_open_hold_a_product'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cause', 'rule'), _negated=True), ('rule__isnull', False), _connector='OR'), name='rule_hold_names_its_rule'),
        ),
        migrations.AddConstraint(
            model_name='variant',
            constraint=models.CheckConstraint(condition=models.Q(('price_minor__gt', 0)), name='price_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='variant',
            constraint=models.CheckConstraint(condition=models.Q(('available__gte', 0)), name='never_sold_twice'),
        ),
        migrations.AddConstraint(
            model_name='variant',
            constraint=models.CheckConstraint(condition=models.Q(('reserved__gte', 0)), name='reserved_is_never_negative'),
        ),
        migrations.AddConstraint(
            model_name='variant',
            constraint=models.UniqueConstraint(condition=models.Q(('is_offered', True)), fields=('product', 'name'), name='variant_names_differ_within_a_product'),
        ),
        migrations.AddIndex(
            model_name='receipt',
            index=models.Index(fields=['person', 'product'], name='receipts_by_person'),
        ),
        migrations.CreateModel(
            name='Earner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='earners', to='catalog.product')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'product'), name='one_earner_a_person_a_product')],
            },
        ),
        append_only("catalog_stockmove"),
        append_only("catalog_endorsementversion"),
    ]
