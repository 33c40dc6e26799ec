
import django.db.models.deletion
import kit.clock
import kit.public_ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Charge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(default=kit.public_ids.public_id, editable=False, max_length=10, unique=True)),
                ('provider', models.CharField(default='sandbox', max_length=20)),
                ('provider_ref', models.CharField(blank=True, max_length=80)),
                ('pay_url', models.CharField(blank=True, max_length=500)),
                ('amount_minor', models.BigIntegerField()),
                ('refunded_minor', models.BigIntegerField(default=0)),
                ('currency', models.CharField(max_length=3)),
                ('description', models.CharField(max_length=120)),
                ('language', models.CharField(default='zh-hans', max_length=10)),
                ('return_path', models.CharField(default='/', max_length=200)),
                ('state', models.CharField(choices=[('created', 'being set up'), ('open', 'waiting for payment'), ('paid', 'paid'), ('closed', 'closed unpaid')], default='created', max_length=7)),
                ('created_at', models.DateTimeField(default=kit.clock.now)),
                ('paid_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='charge_is_positive'), models.CheckConstraint(condition=models.Q(('refunded_minor__gte', 0), ('refunded_minor__lte', models.F('amount_minor'))), name='refunds_stay_within_the_charge'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'paid'), _negated=True), ('paid_at__isnull', False), _connector='OR'), name='paid_charge_knows_when'), models.UniqueConstraint(condition=models.Q(('provider_ref', ''), _negated=True), fields=('provider', 'provider_ref'), name='one_charge_a_provider_ref')],
            },
        ),
        migrations.CreateModel(
            name='Payday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.CharField(max_length=20, unique=True)),
                ('started_at', models.DateTimeField(default=kit.clock.now)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Payout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(default=kit.public_ids.public_id, editable=False, max_length=10, unique=True)),
                ('account', models.CharField(max_length=64)),
                ('run', models.CharField(max_length=20)),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('provider', models.CharField(max_length=20)),
                ('destination', models.CharField(max_length=64)),
                ('provider_ref', models.CharField(blank=True, max_length=80)),
                ('state', models.CharField(choices=[('reserved', 'waiting to be sent'), ('submitting', 'being sent'), ('unknown', 'being checked'), ('accepted', 'on its way'), ('settled', 'arrived'), ('returned', 'came back')], default='reserved', max_length=10)),
                ('attempt', models.PositiveSmallIntegerField(default=0)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('next_attempt_at', models.DateTimeField(default=kit.clock.now)),
                ('reason', models.CharField(blank=True, max_length=120)),
                ('created_at', models.DateTimeField(default=kit.clock.now)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='PayoutAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('started_at', models.DateTimeField(default=kit.clock.now)),
                ('outcome', models.CharField(blank=True, max_length=20)),
                ('answer', models.JSONField(default=dict)),
                ('payout', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='payments.payout')),
            ],
        ),
        migrations.CreateModel(
            name='ProviderEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(max_length=20)),
                ('event_id', models.CharField(max_length=80)),
                ('kind', models.CharField(max_length=40)),
                ('reference', models.CharField(blank=True, max_length=80)),
                ('payload', models.JSONField()),
                ('received_at', models.DateTimeField(default=kit.clock.now)),
                ('processed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('provider', 'event_id'), name='webhook_stored_once')],
            },
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(default=kit.public_ids.public_id, editable=False, max_length=10, unique=True)),
                ('key', models.CharField(max_length=120, unique=True)),
                ('provider_ref', models.CharField(blank=True, max_length=80)),
                ('amount_minor', models.BigIntegerField()),
                ('state', models.CharField(choices=[('asked', 'asked'), ('settled', 'paid back'), ('refused', 'refused by the provider')], default='asked', max_length=7)),
                ('created_at', models.DateTimeField(default=kit.clock.now)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('charge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='payments.charge')),
            ],
        ),
        migrations.CreateModel(
            name='Destination',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(default='sandbox', max_length=20)),
                ('identifier', models.CharField(max_length=64)),
                ('holder', models.CharField(max_length=60)),
                ('since', models.DateTimeField(default=kit.clock.now)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='destinations', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True)), fields=('person',), name='one_destination_in_use')],
            },
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(fields=['person', '-created_at'], name='payouts_by_person'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='payout_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('reserved', 'submitting', 'unknown', 'accepted'))), fields=('account', 'currency'), name='one_open_payout_an_account'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.UniqueConstraint(fields=('account', 'run'), name='one_payout_an_account_a_run'),
        ),
        migrations.AddConstraint(
            model_name='payoutattempt',
            constraint=models.UniqueConstraint(fields=('payout', 'number'), name='payout_attempts_differ'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='refund_is_positive'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(condition=models.Q(('state__in', ('reserved', 'submitting', 'unknown', 'accepted'))), fields=['next_attempt_at'], name='payouts_under_way'),
        ),
        migrations.AddIndex(
            model_name='providerevent',
            index=models.Index(condition=models.Q(('processed_at__isnull', True)), fields=['id'], name='events_waiting'),
        ),
    ]
