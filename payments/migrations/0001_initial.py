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
            name='PausedRail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rail', models.CharField(max_length=20, unique=True)),
                ('reason', models.CharField(choices=[('no_funds', 'our balance there is too low'), ('unmatched', 'it moved money that we do not know of'), ('staff', 'somebody paused it')], max_length=10)),
                ('is_paused', models.BooleanField(default=True)),
                ('since', models.DateTimeField(default=kit.clock.now)),
                ('until', models.DateTimeField(blank=True, null=True)),
            ],
        ),
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
            name='PayoutFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(default=kit.public_ids.public_id, editable=False, max_length=10, unique=True)),
                ('rail', models.CharField(max_length=20)),
                ('currency', models.CharField(max_length=3)),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('payouts_count', models.PositiveIntegerField()),
                ('total_minor', models.BigIntegerField()),
                ('made_at', models.DateTimeField(default=kit.clock.now)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='PayoutHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('compliance', 'the provider has to check you first'), ('dispute', 'a case about your sales is being looked into'), ('suspicion', 'something unusual is being looked into'), ('law', 'an authority asked us to'), ('other', 'a person is looking into it')], max_length=10)),
                ('words', models.CharField(blank=True, max_length=200)),
                ('since', models.DateTimeField(default=kit.clock.now)),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('lifted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='payout_holds', to=settings.AUTH_USER_MODEL)),
                ('set_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='PayoutRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', models.CharField(max_length=20)),
                ('currency', models.CharField(max_length=3)),
                ('rail', models.CharField(max_length=20)),
                ('state', models.CharField(choices=[('filling', 'being filled'), ('waiting', 'waits for approval'), ('approved', 'approved'), ('sent', 'sent')], default='filling', max_length=8)),
                ('started_at', models.DateTimeField(default=kit.clock.now)),
                ('filled_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('period', 'currency', 'rail'), name='one_run_a_period_currency_and_rail')],
            },
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
                ('holder', models.CharField(blank=True, max_length=60)),
                ('provider_ref', models.CharField(blank=True, max_length=80)),
                ('state', models.CharField(choices=[('awaiting', 'waiting for approval'), ('reserved', 'waiting to be sent'), ('submitting', 'being sent'), ('unknown', 'being checked'), ('accepted', 'on its way'), ('awaiting_payee', 'waiting for your confirmation'), ('frozen', 'looked at by a person'), ('settled', 'arrived'), ('returned', 'came back'), ('cancelled', 'called off')], default='reserved', max_length=14)),
                ('approvals_needed', models.PositiveSmallIntegerField(default=0)),
                ('waits_for', models.CharField(blank=True, choices=[('amount', 'a large amount'), ('run_total', 'a large run'), ('shared', 'others use the same account')], max_length=10)),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('second_at', models.DateTimeField(blank=True, null=True)),
                ('attempt', models.PositiveSmallIntegerField(default=0)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('look_ups', models.PositiveSmallIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(default=kit.clock.now)),
                ('confirm_token', models.CharField(blank=True, max_length=500)),
                ('confirm_until', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=120)),
                ('created_at', models.DateTimeField(default=kit.clock.now)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to=settings.AUTH_USER_MODEL)),
                ('second_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='payments.payoutfile')),
                ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to='payments.payoutrun')),
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
                'indexes': [models.Index(condition=models.Q(('processed_at__isnull', True)), fields=['id'], name='events_waiting')],
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
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rail', models.CharField(max_length=20)),
                ('day', models.DateField()),
                ('sha256', models.CharField(max_length=64)),
                ('lines_count', models.PositiveIntegerField()),
                ('imported_at', models.DateTimeField(default=kit.clock.now)),
                ('brought_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='StatementLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rail', models.CharField(max_length=20)),
                ('day', models.DateField()),
                ('line_key', models.CharField(max_length=64)),
                ('reference', models.CharField(blank=True, max_length=80)),
                ('provider_ref', models.CharField(blank=True, max_length=80)),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('kind', models.CharField(max_length=10)),
                ('status', models.CharField(blank=True, max_length=20)),
                ('at', models.DateTimeField()),
                ('match', models.CharField(choices=[('open', 'not compared yet'), ('matched', 'matches'), ('differs', 'differs')], default='open', max_length=7)),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='payments.statement')),
            ],
        ),
        migrations.CreateModel(
            name='WriteOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.CharField(max_length=64)),
                ('currency', models.CharField(max_length=3)),
                ('amount_minor', models.BigIntegerField()),
                ('reason', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('asked', 'waits for a second person'), ('approved', 'written off'), ('refused', 'refused')], default='asked', max_length=8)),
                ('asked_at', models.DateTimeField(default=kit.clock.now)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Destination',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(default='sandbox', max_length=20)),
                ('identifier', models.CharField(max_length=64)),
                ('holder', models.CharField(max_length=60)),
                ('fingerprint', models.CharField(blank=True, editable=False, max_length=64)),
                ('since', models.DateTimeField(default=kit.clock.now)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='destinations', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('retired_at__isnull', True)), fields=['fingerprint'], name='destinations_alike')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('retired_at__isnull', True)), fields=('person',), name='one_destination_in_use')],
            },
        ),
        migrations.CreateModel(
            name='Difference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rail', models.CharField(max_length=20)),
                ('day', models.DateField()),
                ('kind', models.CharField(choices=[('amount', 'another amount'), ('only_ours', 'only in our books'), ('only_theirs', 'only in theirs'), ('fee', 'a fee of theirs')], max_length=11)),
                ('key', models.CharField(max_length=120, unique=True)),
                ('reference', models.CharField(blank=True, max_length=80)),
                ('provider_ref', models.CharField(blank=True, max_length=80)),
                ('ours_minor', models.BigIntegerField(default=0)),
                ('theirs_minor', models.BigIntegerField(default=0)),
                ('suspense_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('opened_at', models.DateTimeField(default=kit.clock.now)),
                ('resolution', models.CharField(blank=True, choices=[('house', 'the house bears it, or keeps it'), ('theirs', 'they have put it right'), ('account', 'it belongs to this account')], max_length=7)),
                ('account', models.CharField(blank=True, max_length=64)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('resolved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('resolved_at__isnull', True)), fields=['opened_at'], name='differences_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('suspense_minor', 0), _negated=True), name='difference_is_not_nothing'), models.CheckConstraint(condition=models.Q(('resolved_at__isnull', True), models.Q(('resolved_by__isnull', False), models.Q(('reason', ''), _negated=True), models.Q(('resolution', ''), _negated=True)), _connector='OR'), name='resolved_difference_says_by_whom_and_why')],
            },
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
            options={
                'constraints': [models.UniqueConstraint(fields=('payout', 'number'), name='payout_attempts_differ')],
            },
        ),
        migrations.AddConstraint(
            model_name='payoutfile',
            constraint=models.CheckConstraint(condition=models.Q(('payouts_count__gt', 0), ('total_minor__gt', 0)), name='payout_file_holds_some'),
        ),
        migrations.AddIndex(
            model_name='payouthold',
            index=models.Index(condition=models.Q(('lifted_at__isnull', True)), fields=['person'], name='holds_not_lifted'),
        ),
        migrations.AddConstraint(
            model_name='payouthold',
            constraint=models.CheckConstraint(condition=models.Q(('lifted_at__isnull', True), ('lifted_by__isnull', False), _connector='OR'), name='lifted_hold_knows_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='payouthold',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='hold_ends_after_it_began'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(fields=['person', '-created_at'], name='payouts_by_person'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(condition=models.Q(('state__in', ('awaiting', 'reserved', 'submitting', 'unknown', 'accepted', 'awaiting_payee', 'frozen'))), fields=['next_attempt_at'], name='payouts_under_way'),
        ),
        migrations.AddIndex(
            model_name='payout',
            index=models.Index(condition=models.Q(('settled_at__isnull', False)), fields=['provider', 'settled_at'], name='payouts_by_day'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='payout_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('awaiting', 'reserved', 'submitting', 'unknown', 'accepted', 'awaiting_payee', 'frozen'))), fields=('account', 'currency'), name='one_open_payout_an_account'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.UniqueConstraint(fields=('account', 'run'), name='one_payout_an_account_a_run'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('awaiting', 'cancelled')), ('approvals_needed', 0), models.Q(('approvals_needed', 1), ('approved_by__isnull', False)), models.Q(('approvals_needed', 2), ('approved_by__isnull', False), ('second_by__isnull', False)), _connector='OR'), name='payout_is_approved_before_it_is_sent'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(condition=models.Q(('second_by__isnull', True), models.Q(('approved_by__isnull', False), models.Q(('approved_by', models.F('second_by')), _negated=True)), _connector='OR'), name='payout_is_approved_by_two_different_people'),
        ),
        migrations.AddConstraint(
            model_name='payout',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('person')), _negated=True), _connector='OR'), models.Q(('second_by__isnull', True), models.Q(('second_by', models.F('person')), _negated=True), _connector='OR')), name='nobody_approves_their_own_payout'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='refund_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.UniqueConstraint(fields=('rail', 'day', 'sha256'), name='a_statement_is_imported_once'),
        ),
        migrations.AddIndex(
            model_name='statementline',
            index=models.Index(fields=['rail', 'reference'], name='lines_by_reference'),
        ),
        migrations.AddIndex(
            model_name='statementline',
            index=models.Index(condition=models.Q(('match', 'open')), fields=['rail', 'id'], name='lines_open'),
        ),
        migrations.AddConstraint(
            model_name='statementline',
            constraint=models.UniqueConstraint(fields=('rail', 'line_key'), name='a_line_is_kept_once'),
        ),
        migrations.AddConstraint(
            model_name='writeoff',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='write_off_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='writeoff',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), models.Q(('decided_by__isnull', False), models.Q(('decided_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='write_off_takes_two_people'),
        ),
        migrations.AddConstraint(
            model_name='writeoff',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('account',), name='one_write_off_asked_an_account'),
        ),
    ]
