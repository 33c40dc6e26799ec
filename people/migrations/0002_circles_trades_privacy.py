
import django.db.models.deletion
import kit.clock
import kit.public_ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='person',
            name='named_to_friends_of_friends',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='person',
            name='purchases_seen_by',
            field=models.CharField(choices=[('me', 'Only me'), ('friends', 'My friends'), ('everyone', 'Everyone')], db_default='me', default='me', max_length=8),
        ),
        migrations.AddField(
            model_name='person',
            name='words_seen_by',
            field=models.CharField(choices=[('me', 'Only me'), ('friends', 'My friends'), ('everyone', 'Everyone')], db_default='friends', default='friends', max_length=8),
        ),
        migrations.CreateModel(
            name='Circle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=kit.public_ids.public_id, editable=False, max_length=10, unique=True)),
                ('name', models.CharField(max_length=40)),
                ('words', models.CharField(blank=True, max_length=400)),
                ('seen_by', models.CharField(choices=[('members', 'Its members'), ('everyone', 'Everyone here')], default='members', max_length=8)),
                ('may_ask', models.BooleanField(default=True)),
                ('invite_code', models.CharField(default=kit.public_ids.public_id, max_length=10, unique=True)),
                ('state', models.CharField(choices=[('open', 'open'), ('closed', 'closed')], default='open', max_length=6)),
                ('opened_at', models.DateTimeField(default=kit.clock.now)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('offered_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('host', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='circles_hosted', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='CircleMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('asked', 'asked'), ('member', 'member'), ('declined', 'declined'), ('withdrawn', 'withdrawn'), ('left', 'left'), ('removed', 'removed')], max_length=9)),
                ('words', models.CharField(blank=True, max_length=100)),
                ('since', models.DateTimeField(default=kit.clock.now)),
                ('declined_at', models.DateTimeField(blank=True, null=True)),
                ('circle', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='people.circle')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='circle_places', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Trade',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line_key', models.CharField(max_length=60, unique=True)),
                ('order_key', models.CharField(max_length=60)),
                ('received_at', models.DateTimeField()),
                ('returned_at', models.DateTimeField(blank=True, null=True)),
                ('high', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('low', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddConstraint(
            model_name='circle',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='circle_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='circle',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 'open')), models.Q(('closed_at__isnull', False), ('state', 'closed')), _connector='OR'), name='a_closed_circle_has_its_moment'),
        ),
        migrations.AddIndex(
            model_name='circlemember',
            index=models.Index(fields=['person', 'state'], name='circles_of_a_person'),
        ),
        migrations.AddConstraint(
            model_name='circlemember',
            constraint=models.UniqueConstraint(fields=('circle', 'person'), name='one_place_a_circle'),
        ),
        migrations.AddIndex(
            model_name='trade',
            index=models.Index(condition=models.Q(('returned_at__isnull', True)), fields=['low', 'high'], name='trades_kept_by_pair'),
        ),
        migrations.AddConstraint(
            model_name='trade',
            constraint=models.CheckConstraint(condition=models.Q(('low__lt', models.F('high'))), name='trade_lower_id_first'),
        ),
    ]
