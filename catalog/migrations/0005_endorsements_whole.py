"""Endorsements whole: relation, photos, replies, holds, weights, and what stands on a shelf."""

import django.contrib.postgres.fields
import django.db.models.deletion
import kit.clock
import kit.public_ids
from django.conf import settings
from django.db import migrations, models
from kit.append_only import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0004_scenes_and_wishes'),
        ('people', '0003_trust'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CirclePick',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=kit.public_ids.public_id, editable=False, max_length=10, unique=True)),
                ('note', models.CharField(blank=True, max_length=60)),
                ('at', models.DateTimeField(default=kit.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name='EndorsementPhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='EndorsementReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.CharField(max_length=140)),
                ('language', models.CharField(default='zh-hans', max_length=10)),
                ('at', models.DateTimeField(default=kit.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name='ItemScore',
            fields=[
                ('product', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='item_score', serialize=False, to='catalog.product')),
                ('score', models.FloatField(default=0.0)),
                ('groups', models.PositiveIntegerField(default=0)),
                ('verified', models.PositiveIntegerField(default=0)),
                ('raters', models.PositiveIntegerField(default=0)),
                ('mean', models.FloatField(default=4.0)),
                ('counted_at', models.DateTimeField(default=kit.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name='ScoreDue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=kit.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name='Weight',
            fields=[
                ('endorsement', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='weighed', serialize=False, to='catalog.endorsement')),
                ('weight', models.FloatField(default=0.0)),
                ('circle', models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='WordsHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=kit.public_ids.public_id, editable=False, max_length=10, unique=True)),
                ('cause', models.CharField(choices=[('rule', 'a rule matched'), ('burst', 'too many at once'), ('again', 'said anew after coming back')], max_length=5)),
                ('matched', models.CharField(blank=True, max_length=80)),
                ('words', models.CharField(blank=True, max_length=60)),
                ('wanted', models.CharField(choices=[('friends', 'friends'), ('everyone', 'everyone'), ('vendor', 'only the shop'), ('held', 'nobody yet')], max_length=8)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('approved', 'approved'), ('returned', 'sent back'), ('dropped', 'said anew or taken back')], default='waiting', max_length=8)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(default=kit.clock.now)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name='endorsement',
            name='relation',
            field=models.CharField(choices=[('none', 'none'), ('friend', 'a friend of the vendor'), ('family', 'family of the vendor'), ('works', 'works for the vendor')], db_default='none', default='none', max_length=6),
        ),
        migrations.AddField(
            model_name='endorsementversion',
            name='photos',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='endorsementversion',
            name='relation',
            field=models.CharField(choices=[('none', 'none'), ('friend', 'a friend of the vendor'), ('family', 'family of the vendor'), ('works', 'works for the vendor')], db_default='none', default='none', max_length=6),
        ),
        migrations.AddField(
            model_name='receipt',
            name='brought_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='receipt',
            name='given_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='receipt',
            name='marks',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), db_default=[], default=list, size=None),
        ),
        migrations.AlterField(
            model_name='endorsement',
            name='visibility',
            field=models.CharField(choices=[('friends', 'friends'), ('everyone', 'everyone'), ('vendor', 'only the shop'), ('held', 'nobody yet')], default='friends', max_length=8),
        ),
        migrations.AlterField(
            model_name='endorsementversion',
            name='visibility',
            field=models.CharField(choices=[('friends', 'friends'), ('everyone', 'everyone'), ('vendor', 'only the shop'), ('held', 'nobody yet')], max_length=8),
        ),
        migrations.AddIndex(
            model_name='receipt',
            index=models.Index(condition=models.Q(('brought_by__isnull', False)), fields=['brought_by', 'product'], name='receipts_by_who_brought_them'),
        ),
        migrations.AddField(
            model_name='circlepick',
            name='circle',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='picks', to='people.circle'),
        ),
        migrations.AddField(
            model_name='circlepick',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='circlepick',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.product'),
        ),
        migrations.AddField(
            model_name='endorsementphoto',
            name='endorsement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pictures', to='catalog.endorsement'),
        ),
        migrations.AddField(
            model_name='endorsementphoto',
            name='photo',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='shown_with', to='catalog.photo'),
        ),
        migrations.AddField(
            model_name='endorsementreply',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='endorsementreply',
            name='endorsement',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reply', to='catalog.endorsement'),
        ),
        migrations.AddIndex(
            model_name='itemscore',
            index=models.Index(fields=['counted_at'], name='scores_by_age'),
        ),
        migrations.AddField(
            model_name='scoredue',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.product'),
        ),
        migrations.AddField(
            model_name='weight',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='weight',
            name='product',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.product'),
        ),
        migrations.AddField(
            model_name='wordshold',
            name='endorsement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='catalog.endorsement'),
        ),
        migrations.AddField(
            model_name='wordshold',
            name='moderator',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='wordshold',
            name='rule',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='catalog.rule'),
        ),
        migrations.AddIndex(
            model_name='circlepick',
            index=models.Index(fields=['circle', '-at'], name='picks_of_a_circle'),
        ),
        migrations.AddConstraint(
            model_name='circlepick',
            constraint=models.UniqueConstraint(fields=('circle', 'product'), name='a_product_stands_once_on_a_shelf'),
        ),
        migrations.AddConstraint(
            model_name='endorsementreply',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='a_reply_says_something'),
        ),
        migrations.AddIndex(
            model_name='weight',
            index=models.Index(fields=['product'], include=('person', 'weight', 'circle', 'endorsement'), name='weights_by_product'),
        ),
        migrations.AddConstraint(
            model_name='wordshold',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('endorsement',), name='words_wait_once'),
        ),
        migrations.AddConstraint(
            model_name='wordshold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cause', 'rule'), _negated=True), ('rule__isnull', False), _connector='OR'), name='words_held_by_a_rule_name_it'),
        ),
        migrations.AddConstraint(
            model_name='wordshold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'returned'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='words_sent_back_are_told_why'),
        ),
        migrations.AddConstraint(
            model_name='wordshold',
            constraint=models.CheckConstraint(condition=models.Q(('wanted', 'held'), _negated=True), name='held_words_were_meant_for_somebody'),
        ),
        append_only("catalog_endorsementreply"),
    ]
