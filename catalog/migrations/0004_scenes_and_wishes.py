
import django.db.models.deletion
import kit.clock
import kit.public_ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0003_brands'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Scene',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=kit.public_ids.public_id, editable=False, max_length=10, unique=True)),
                ('name_zh', models.CharField(max_length=20)),
                ('name_en', models.CharField(max_length=40)),
                ('words_zh', models.CharField(blank=True, max_length=80)),
                ('words_en', models.CharField(blank=True, max_length=120)),
                ('first_day', models.DateField(blank=True, null=True)),
                ('last_day', models.DateField(blank=True, null=True)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('is_open', models.BooleanField(default=True)),
                ('opened_at', models.DateTimeField(default=kit.clock.now)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('name_zh', ''), _negated=True), models.Q(('name_en', ''), _negated=True)), name='scene_is_named_in_both_languages'), models.CheckConstraint(condition=models.Q(('first_day__isnull', True), ('last_day__isnull', True), ('last_day__gte', models.F('first_day')), _connector='OR'), name='scene_begins_before_it_ends')],
            },
        ),
        migrations.CreateModel(
            name='WishedProduct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('least_minor', models.BigIntegerField()),
                ('in_stock', models.BooleanField()),
                ('looked_at', models.DateTimeField(default=kit.clock.now)),
                ('product', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='as_wished', to='catalog.product')),
            ],
        ),
        migrations.CreateModel(
            name='WishList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=kit.public_ids.public_id, editable=False, max_length=10, unique=True)),
                ('name', models.CharField(max_length=40)),
                ('seen_by', models.CharField(choices=[('me', 'Only me'), ('friends', 'My friends'), ('everyone', 'Anybody with the link')], default='me', max_length=8)),
                ('opened_at', models.DateTimeField(default=kit.clock.now)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wish_lists', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='WishFollow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(default=kit.clock.now)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('wish_list', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='follows', to='catalog.wishlist')),
            ],
        ),
        migrations.CreateModel(
            name='Wish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wished_at', models.DateTimeField(default=kit.clock.now)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wishes', to='catalog.product')),
                ('wish_list', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wishes', to='catalog.wishlist')),
            ],
        ),
        migrations.CreateModel(
            name='ScenePlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('put_in_at', models.DateTimeField(default=kit.clock.now)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scene_places', to='catalog.product')),
                ('put_in_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('scene', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='catalog.scene')),
            ],
            options={
                'indexes': [models.Index(fields=['scene', '-put_in_at'], name='scene_newest_first')],
                'constraints': [models.UniqueConstraint(fields=('scene', 'product'), name='one_place_a_scene'), models.CheckConstraint(condition=models.Q(('removed_at__isnull', True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='a_removed_place_says_why')],
            },
        ),
        migrations.AddConstraint(
            model_name='wishlist',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='wish_list_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='wishlist',
            constraint=models.UniqueConstraint(fields=('person', 'name'), name='wish_lists_of_a_person_differ_in_name'),
        ),
        migrations.AddConstraint(
            model_name='wishfollow',
            constraint=models.UniqueConstraint(fields=('wish_list', 'person'), name='list_followed_once'),
        ),
        migrations.AddConstraint(
            model_name='wish',
            constraint=models.UniqueConstraint(fields=('wish_list', 'product'), name='wished_once_a_list'),
        ),
    ]
