
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import kit.clock
import kit.public_ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('catalog', '0002_first_rules'),
        ('payments', '0001_initial'),
        ('referrals', '0001_initial'),
        ('shops', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Bag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(max_length=40, null=True, unique=True)),
                ('changed_at', models.DateTimeField(default=kit.clock.now)),
                ('person', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='bag', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='BagLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField()),
                ('seen_price_minor', models.BigIntegerField()),
                ('added_at', models.DateTimeField(default=kit.clock.now)),
                ('bag', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='orders.bag')),
                ('variant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.variant')),
            ],
        ),
        migrations.CreateModel(
            name='Checkout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40, unique=True)),
                ('placed_at', models.DateTimeField(default=kit.clock.now)),
                ('closes_at', models.DateTimeField()),
                ('bag', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='checkouts', to='orders.bag')),
                ('buyer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='checkouts', to=settings.AUTH_USER_MODEL)),
                ('charge', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='checkout', to='payments.charge')),
            ],
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=kit.public_ids.public_id, editable=False, max_length=10, unique=True)),
                ('state', models.CharField(choices=[('placed', 'waiting for payment'), ('paid', 'paid, to be sent'), ('shipped', 'on its way'), ('completed', 'received'), ('cancelled', 'cancelled'), ('refunding', 'being refunded'), ('refunded', 'refunded')], default='placed', max_length=9)),
                ('language', models.CharField(default='zh-hans', max_length=10)),
                ('currency', models.CharField(max_length=3)),
                ('goods_minor', models.BigIntegerField()),
                ('shipping_minor', models.BigIntegerField(default=0)),
                ('total_minor', models.BigIntegerField()),
                ('shipping_asked_minor', models.BigIntegerField(default=0)),
                ('shipping_refunded_minor', models.BigIntegerField(default=0)),
                ('contact_name', models.CharField(max_length=40)),
                ('phone', models.CharField(max_length=16)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('region', models.CharField(max_length=80)),
                ('address', models.CharField(max_length=200)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('carrier', models.CharField(blank=True, max_length=40)),
                ('tracking_number', models.CharField(blank=True, max_length=40)),
                ('placed_at', models.DateTimeField(default=kit.clock.now)),
                ('paid_at', models.DateTimeField(blank=True, null=True)),
                ('shipped_at', models.DateTimeField(blank=True, null=True)),
                ('completes_at', models.DateTimeField(blank=True, null=True)),
                ('extended_at', models.DateTimeField(blank=True, null=True)),
                ('completed_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('attribution', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='order', to='referrals.attribution')),
                ('buyer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to=settings.AUTH_USER_MODEL)),
                ('checkout', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='orders.checkout')),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='shops.shop')),
            ],
        ),
        migrations.CreateModel(
            name='OrderLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=60, unique=True)),
                ('title', models.CharField(max_length=80)),
                ('variant_name', models.CharField(blank=True, max_length=40)),
                ('photo_name', models.CharField(blank=True, max_length=80)),
                ('unit_price_minor', models.BigIntegerField()),
                ('quantity', models.PositiveIntegerField()),
                ('total_minor', models.BigIntegerField()),
                ('asked_minor', models.BigIntegerField(default=0)),
                ('refunded_minor', models.BigIntegerField(default=0)),
                ('commission', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='line', to='referrals.commission')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='orders.order')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='order_lines', to='catalog.product')),
                ('variant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='order_lines', to='catalog.variant')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='bag',
            constraint=models.CheckConstraint(condition=models.Q(('person__isnull', False), ('token__isnull', False), _connector='OR'), name='bag_belongs_to_somebody'),
        ),
        migrations.AddConstraint(
            model_name='bagline',
            constraint=models.UniqueConstraint(fields=('bag', 'variant'), name='one_line_a_variant_a_bag'),
        ),
        migrations.AddConstraint(
            model_name='bagline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__range', (1, 999))), name='bag_quantity_is_1_to_999'),
        ),
        migrations.AddIndex(
            model_name='checkout',
            index=models.Index(fields=['closes_at'], name='checkouts_by_close'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('state', 'shipped')), fields=['completes_at'], name='orders_to_complete'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('state', 'placed')), fields=['checkout'], name='orders_to_be_paid'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('state', 'refunding')), fields=['checkout'], name='orders_to_refund'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(django.db.models.functions.text.Upper('email'), condition=models.Q(('buyer__isnull', True)), name='guest_orders_by_email'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('buyer__isnull', True)), fields=['phone'], name='guest_orders_by_phone'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['shop', 'state', '-placed_at'], name='orders_by_shop'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['buyer', '-placed_at'], name='orders_by_buyer'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('total_minor__gt', 0)), name='order_total_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('total_minor', django.db.models.expressions.CombinedExpression(models.F('goods_minor'), '+', models.F('shipping_minor')))), name='order_total_is_goods_and_shipping'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['placed', 'cancelled']), ('paid_at__isnull', False), _connector='OR'), name='order_paid_at_is_set_once_paid'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'shipped'), _negated=True), models.Q(('completes_at__isnull', False), ('shipped_at__isnull', False)), _connector='OR'), name='shipped_order_knows_when_it_completes'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'completed'), _negated=True), ('completed_at__isnull', False), _connector='OR'), name='completed_order_knows_when'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(fields=('checkout', 'shop'), name='one_order_a_shop_a_checkout'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__range', (1, 999))), name='line_quantity_is_1_to_999'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('total_minor', django.db.models.expressions.CombinedExpression(models.F('unit_price_minor'), '*', models.F('quantity')))), name='line_total_is_price_times_quantity'),
        ),
        migrations.CreateModel(
            name='OrderRefund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('asker', models.CharField(choices=[('buyer', 'the buyer'), ('vendor', 'the shop'), ('house', 'the house')], max_length=6)),
                ('cause', models.CharField(choices=[('asked', 'Asked'), ('late', 'Late'), ('again', 'Again')], default='asked', max_length=5)),
                ('why', models.CharField(blank=True, max_length=200)),
                ('shipping_minor', models.BigIntegerField(default=0)),
                ('from_shop_minor', models.BigIntegerField(default=0)),
                ('shop_lost_minor', models.BigIntegerField(default=0)),
                ('asked_at', models.DateTimeField(default=kit.clock.now)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('refused_at', models.DateTimeField(blank=True, null=True)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='RefundPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_minor', models.BigIntegerField()),
            ],
            options={
                'ordering': ['line_id'],
            },
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('shipping_asked_minor__gte', models.F('shipping_refunded_minor')), ('shipping_minor__gte', models.F('shipping_asked_minor')), ('shipping_refunded_minor__gte', 0)), name='no_more_shipping_goes_back_than_was_paid'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('asked_minor__gte', models.F('refunded_minor')), ('refunded_minor__gte', 0), ('total_minor__gte', models.F('asked_minor'))), name='no_more_of_a_line_goes_back_than_was_paid'),
        ),
        migrations.AddField(
            model_name='orderrefund',
            name='asked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='orderrefund',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='orders.order'),
        ),
        migrations.AddField(
            model_name='orderrefund',
            name='refund',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='of_order', to='payments.refund'),
        ),
        migrations.AddField(
            model_name='refundpart',
            name='line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refund_parts', to='orders.orderline'),
        ),
        migrations.AddField(
            model_name='refundpart',
            name='refund',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='orders.orderrefund'),
        ),
        migrations.AddIndex(
            model_name='orderrefund',
            index=models.Index(condition=models.Q(('refused_at__isnull', True), ('settled_at__isnull', True)), fields=['order'], name='refunds_open'),
        ),
        migrations.AddIndex(
            model_name='orderrefund',
            index=models.Index(condition=models.Q(('settled_at__isnull', False), ('undone_at__isnull', True)), fields=['settled_at'], name='refunds_that_may_come_back'),
        ),
        migrations.AddConstraint(
            model_name='orderrefund',
            constraint=models.UniqueConstraint(fields=('order', 'number'), name='refunds_of_an_order_count'),
        ),
        migrations.AddConstraint(
            model_name='orderrefund',
            constraint=models.CheckConstraint(condition=models.Q(('shipping_minor__gte', 0)), name='refunded_shipping_is_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='orderrefund',
            constraint=models.CheckConstraint(condition=models.Q(('settled_at__isnull', True), ('refused_at__isnull', True), _connector='OR'), name='refund_is_settled_or_refused_not_both'),
        ),
        migrations.AddConstraint(
            model_name='orderrefund',
            constraint=models.CheckConstraint(condition=models.Q(('undone_at__isnull', True), ('settled_at__isnull', False), _connector='OR'), name='only_a_settled_refund_is_undone'),
        ),
        migrations.AddConstraint(
            model_name='refundpart',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='refunded_part_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='refundpart',
            constraint=models.UniqueConstraint(fields=('refund', 'line'), name='one_part_a_line_a_refund'),
        ),
    ]
