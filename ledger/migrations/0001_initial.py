
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
                ('key', models.CharField(max_length=120, unique=True)),
                ('request_hash', models.CharField(max_length=64)),
                ('memo', models.CharField(blank=True, max_length=200)),
                ('occurred_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=64, unique=True)),
                ('currency', models.CharField(max_length=3)),
                ('running', models.BooleanField(default=True)),
                ('floor_minor', models.BigIntegerField(null=True)),
                ('balance_minor', models.BigIntegerField(default=0)),
                ('version', models.BigIntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('code__startswith', 'sharer:'), ('code__startswith', 'shop:'), _connector='OR'), fields=['balance_minor'], name='accounts_people_are_paid_from')],
                'constraints': [models.CheckConstraint(condition=models.Q(('floor_minor__isnull', True), ('balance_minor__gte', models.F('floor_minor')), _connector='OR'), name='account_stays_above_its_floor')],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_minor', models.BigIntegerField()),
                ('balance_after_minor', models.BigIntegerField(null=True)),
                ('account_version', models.BigIntegerField(null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='ledger.account')),
                ('transfer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='ledger.transfer')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor', 0), _negated=True), name='posting_moves_something'), models.UniqueConstraint(fields=('transfer', 'account'), name='one_posting_an_account_a_transfer'), models.UniqueConstraint(fields=('account', 'account_version'), name='account_versions_have_no_twin')],
            },
        ),
        append_only("ledger_posting"),
        append_only("ledger_transfer"),
        migrations.RunSQL(sql.BALANCED + sql.TWO_SIDED + sql.BALANCES_FOLLOW + sql.POST, sql.UNDO),
    ]
