"""Brands, and who may sell them."""

import django.db.models.deletion
import kit.clock
import kit.public_ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0002_first_rules'),
        ('shops', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BrandFlag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('price', 'price outside the agreed range'), ('area', 'shop outside the agreed area'), ('channel', 'shown where it should not be')], max_length=7)),
                ('seen_at', models.DateTimeField(default=kit.clock.now)),
                ('gone_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='BrandWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.CharField(max_length=40)),
                ('plain', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=kit.public_ids.public_id, editable=False, max_length=10, unique=True)),
                ('for_products', models.BooleanField(default=False)),
                ('areas', models.JSONField(default=list)),
                ('channels', models.JSONField(default=list)),
                ('price_min_minor', models.BigIntegerField(blank=True, null=True)),
                ('price_max_minor', models.BigIntegerField(blank=True, null=True)),
                ('currency', models.CharField(default='CNY', max_length=3)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('issued', 'issued'), ('ended', 'ended'), ('revoked', 'revoked')], default='issued', max_length=7)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('issued_at', models.DateTimeField(default=kit.clock.now)),
                ('over_at', models.DateTimeField(blank=True, null=True)),
                ('warned_days', models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Naming',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('matched', models.CharField(max_length=80)),
                ('digest', models.CharField(max_length=64)),
                ('noted_at', models.DateTimeField(default=kit.clock.now)),
                ('cleared_at', models.DateTimeField(blank=True, null=True)),
                ('taken_down_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AlterField(
            model_name='hold',
            name='cause',
            field=models.CharField(choices=[('new_shop', 'first listings of a new shop'), ('rule', 'a rule matched'), ('again', 'sent in again'), ('brand', 'a brand without a certificate')], max_length=8),
        ),
        migrations.CreateModel(
            name='Brand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=kit.public_ids.public_id, editable=False, max_length=10, unique=True)),
                ('name_zh', models.CharField(blank=True, max_length=40)),
                ('name_en', models.CharField(blank=True, max_length=40)),
                ('spellings', models.JSONField(default=list)),
                ('register_office', models.CharField(max_length=60)),
                ('register_number', models.CharField(max_length=60)),
                ('policy', models.CharField(choices=[('mark', 'Mark them: “no certificate of the brand seen”'), ('block', 'Hold them back until there is a certificate')], default='mark', max_length=5)),
                ('state', models.CharField(choices=[('waiting', 'being checked'), ('verified', 'verified'), ('refused', 'not verified'), ('closed', 'closed')], default='waiting', max_length=8)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(default=kit.clock.now)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='brands', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='hold',
            name='brand',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='catalog.brand'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cause', 'brand'), _negated=True), ('brand__isnull', False), _connector='OR'), name='brand_hold_names_its_brand'),
        ),
        migrations.AddField(
            model_name='brandflag',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='brand_flags', to='catalog.product'),
        ),
        migrations.AddField(
            model_name='brandword',
            name='brand',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='in_force', to='catalog.brand'),
        ),
        migrations.AddField(
            model_name='certificate',
            name='brand',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='catalog.brand'),
        ),
        migrations.AddField(
            model_name='certificate',
            name='category',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.category'),
        ),
        migrations.AddField(
            model_name='certificate',
            name='issued_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='certificate',
            name='products',
            field=models.ManyToManyField(blank=True, related_name='certificates', to='catalog.product'),
        ),
        migrations.AddField(
            model_name='certificate',
            name='renews',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='renewed_by', to='catalog.certificate'),
        ),
        migrations.AddField(
            model_name='certificate',
            name='shop',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='shops.shop'),
        ),
        migrations.AddField(
            model_name='brandflag',
            name='certificate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='flags', to='catalog.certificate'),
        ),
        migrations.AddField(
            model_name='naming',
            name='brand',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='namings', to='catalog.brand'),
        ),
        migrations.AddField(
            model_name='naming',
            name='certificate',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='namings', to='catalog.certificate'),
        ),
        migrations.AddField(
            model_name='naming',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='namings', to='catalog.product'),
        ),
        migrations.AddConstraint(
            model_name='brand',
            constraint=models.CheckConstraint(condition=models.Q(('name_en', ''), ('name_zh', ''), _negated=True), name='a_brand_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='brand',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='a_refused_brand_is_told_why'),
        ),
        migrations.AddConstraint(
            model_name='brand',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'verified'), _negated=True), ('decided_by__isnull', False), _connector='OR'), name='a_brand_is_verified_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='brand',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('owner')), _negated=True), _connector='OR'), name='nobody_verifies_their_own_brand'),
        ),
        migrations.AddConstraint(
            model_name='brandword',
            constraint=models.UniqueConstraint(fields=('plain',), name='one_brand_a_spelling'),
        ),
        migrations.AddConstraint(
            model_name='brandword',
            constraint=models.CheckConstraint(condition=models.Q(('plain', ''), _negated=True), name='a_spelling_can_be_read'),
        ),
        migrations.AddIndex(
            model_name='certificate',
            index=models.Index(fields=['brand', 'shop'], name='certificates_by_brand'),
        ),
        migrations.AddIndex(
            model_name='certificate',
            index=models.Index(condition=models.Q(('state', 'issued')), fields=['ends_at'], name='certificates_by_end'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='certificate_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(('price_min_minor__isnull', True), ('price_max_minor__isnull', True), ('price_min_minor__lte', models.F('price_max_minor')), _connector='OR'), name='certificate_price_band_is_in_order'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'revoked'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='a_revoked_certificate_says_why'),
        ),
        migrations.AddConstraint(
            model_name='brandflag',
            constraint=models.UniqueConstraint(condition=models.Q(('gone_at__isnull', True)), fields=('certificate', 'product', 'kind'), name='flagged_once_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='naming',
            constraint=models.UniqueConstraint(fields=('product', 'brand'), name='one_naming_a_product_a_brand'),
        ),
    ]
