import django.contrib.postgres.functions
import django.db.models.deletion
from kit.append_only import append_only
from ledger import sql
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("kit", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(db_collation='C', max_length=120)),
                ('request_hash', models.CharField(max_length=64)),
                ('memo', models.CharField(blank=True, max_length=200)),
                ('occurred_at', models.DateTimeField()),
                ('posted_at', models.DateTimeField()),
                ('nonce', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID())),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('key',), name='a_fact_is_told_once')],
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(db_collation='C', max_length=64)),
                ('currency', models.CharField(max_length=3)),
                ('running', models.BooleanField(default=True)),
                ('floor_minor', models.BigIntegerField(null=True)),
                ('balance_minor', models.BigIntegerField(default=0)),
                ('version', models.BigIntegerField(default=0)),
                ('has_money', models.GeneratedField(db_persist=True, expression=models.ExpressionWrapper(models.Q(('balance_minor__gt', 0)), output_field=models.BooleanField()), output_field=models.BooleanField())),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('has_money', True), models.Q(('code__startswith', 'sharer:'), ('code__startswith', 'shop:'), _connector='OR')), fields=['id'], name='accounts_people_are_paid_from')],
                'constraints': [models.UniqueConstraint(fields=('code',), name='one_account_a_code'), models.CheckConstraint(condition=models.Q(('floor_minor__isnull', True), ('balance_minor__gte', models.F('floor_minor')), _connector='OR'), name='account_stays_above_its_floor')],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_minor', models.BigIntegerField()),
                ('balance_after_minor', models.BigIntegerField(null=True)),
                ('account_version', models.BigIntegerField(null=True)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='ledger.account')),
                ('transfer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='ledger.transfer')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('account_version__isnull', True)), fields=['account', 'id'], include=('amount_minor',), name='tails_of_busy_sides')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor', 0), _negated=True), name='posting_moves_something'), models.CheckConstraint(condition=models.Q(models.Q(('account_version__isnull', True), ('balance_after_minor__isnull', True)), models.Q(('account_version__isnull', False), ('balance_after_minor__isnull', False)), _connector='OR'), name='posting_has_version_and_balance_together'), models.UniqueConstraint(fields=('transfer', 'account'), name='one_posting_an_account_a_transfer'), models.UniqueConstraint(condition=models.Q(('account_version__isnull', False)), fields=('account', 'account_version'), name='account_versions_have_no_twin')],
            },
        ),
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('through', models.BigIntegerField()),
                ('balance_minor', models.BigIntegerField()),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='checkpoints', to='ledger.account')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('account', 'through'), name='one_checkpoint_a_close')],
            },
        ),
        migrations.CreateModel(
            name='DaySeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('first', models.BigIntegerField(unique=True)),
                ('last', models.BigIntegerField(unique=True)),
                ('transfers', models.BigIntegerField()),
                ('previous_digest', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('sealed_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('previous_digest',), name='seals_do_not_fork'), models.UniqueConstraint(fields=('digest',), name='a_digest_is_of_one_day'), models.CheckConstraint(condition=models.Q(('last__gte', models.F('first')), ('transfers__gt', 0)), name='a_seal_covers_something')],
            },
        ),
        append_only("ledger_posting"),
        append_only("ledger_transfer"),
        append_only("ledger_checkpoint"),
        append_only("ledger_dayseal"),
        migrations.RunSQL(sql.LAW, sql.UNDO),
    ]
