"""The addresses of the orders room."""

from __future__ import annotations

from django.urls import path

from orders.views import (
    bag,
    checkout,
    circle_orders,
    desk,
    refunding,
    shop_circle_orders,
    shopper,
    vendor,
)

app_name = "orders"

urlpatterns = [
    path("bag", bag.bag, name="bag"),
    path("bag/change", bag.change, name="bag_change"),
    path("bag/forget-links", bag.forget_links, name="bag_forget_links"),
    path("bag/put-back/<int:variant_id>/<int:quantity>", bag.put_back, name="bag_put_back"),
    path("checkout", checkout.checkout, name="checkout"),
    path("pay/back", checkout.pay_back, name="pay_back"),
    path("o/<str:token>", shopper.order, name="order"),
    path("o/<str:token>/pay", shopper.pay, name="order_pay"),
    path("o/<str:token>/confirm", shopper.confirm, name="order_confirm"),
    path("o/<str:token>/extend", shopper.extend, name="order_extend"),
    path("o/<str:token>/refund", shopper.refund, name="order_refund"),
    path("me/orders", shopper.my_orders, name="my_orders"),
    path("shop/orders", vendor.orders, name="shop_orders"),
    path("shop/orders/<public_id:public_id>", vendor.order, name="shop_order"),
    path("shop/orders/<public_id:public_id>/dispatch", vendor.dispatch, name="shop_dispatch"),
    path("shop/orders/<public_id:public_id>/refund", vendor.refund, name="shop_refund"),
    path(
        "shop/orders/<public_id:public_id>/refund-part",
        refunding.refund_part,
        name="shop_refund_part",
    ),
    path("circles/<public_id:public_id>/together", circle_orders.of_circle, name="circle_orders"),
    path("circles/<public_id:public_id>/together/new", circle_orders.new, name="new_circle_order"),
    path("together/<public_id:public_id>", circle_orders.show, name="circle_order"),
    path("together/<public_id:public_id>/join", circle_orders.join, name="join_circle_order"),
    path("together/<public_id:public_id>/close", circle_orders.close, name="close_circle_order"),
    path("together/<public_id:public_id>/cancel", circle_orders.cancel, name="cancel_circle_order"),
    path(
        "together/<public_id:public_id>/parcels/<public_id:order_id>",
        circle_orders.tick,
        name="tick_parcel",
    ),
    path("shop/together", shop_circle_orders.listing, name="shop_together"),
    path("shop/together/<public_id:public_id>", shop_circle_orders.show, name="shop_together_one"),
    path(
        "shop/together/<public_id:public_id>/answer",
        shop_circle_orders.answer,
        name="shop_together_answer",
    ),
    path("desk/refunds", desk.refunds, name="desk_refunds"),
    path("desk/orders/<public_id:public_id>/refund", desk.refund, name="desk_refund"),
    path("shop/money", vendor.money, name="shop_money"),
    path("shop/money.csv", vendor.money_file, name="shop_money_file"),
]
