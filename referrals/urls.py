"""The addresses of the referrals room, but for the shop's own, which must come last of all."""

from __future__ import annotations

from django.urls import path

from referrals.views import (
    charities,
    charity_places,
    cookies,
    covers,
    earnings,
    giving,
    landing,
    outcomes,
    pasting,
    programme,
    review,
    sharers,
    sharing,
    taking_part,
    tracing,
)

app_name = "referrals"

urlpatterns = [
    path("s/", pasting.read_text, name="read_text"),
    path("about/cookies", cookies.cookies, name="cookies"),
    path("s/<str:code>", landing.share_link, name="share_link"),
    path("s/<str:code>/cover.jpg", covers.cover, name="cover"),
    path("p/<public_id:public_id>", landing.product, name="product"),
    path("p/<public_id:public_id>/share", sharing.share, name="share"),
    path("p/<public_id:public_id>/share/kit", sharing.kit, name="kit"),
    path("p/<public_id:public_id>/share/kit.zip", sharing.kit_file, name="kit_file"),
    path("p/<public_id:public_id>/share/<slug:style>.jpg", sharing.poster, name="poster"),
    path("me/earnings", earnings.earnings, name="earnings"),
    path("me/earnings.csv", earnings.earnings_file, name="earnings_file"),
    path("me/earnings/<str:line_key>", earnings.story, name="earning"),
    path("me/links", outcomes.links, name="links"),
    path("me/links.csv", outcomes.links_file, name="links_file"),
    path("me/links/<public_id:code>", outcomes.link, name="link"),
    path("me/links/<public_id:code>.csv", outcomes.link_file, name="link_file"),
    path("me/links/<public_id:code>/settings", outcomes.link_settings, name="link_settings"),
    path("me/links/<public_id:code>/giving", giving.choose, name="giving"),
    path("me/sharing", taking_part.sharing, name="taking_part"),
    path("shop/sharers", sharers.sharers, name="sharers"),
    path("shop/sharers.csv", sharers.as_table, name="sharers_file"),
    path("shop/sharers/rates", programme.rates, name="rates"),
    path("shop/sharers/who", programme.rules, name="sharing_rules"),
    path("shop/sharers/<public_id:public_id>", sharers.sharer, name="sharer"),
    path("shop/sharers/<public_id:public_id>/remove", sharers.remove, name="remove_sharer"),
    path("shop/sharers/<public_id:public_id>/let-back", sharers.let_back, name="let_back"),
    path("shop/sharers/<public_id:public_id>/withdraw", programme.withdraw, name="uninvite"),
    path("desk/commissions", review.listing, name="reviews"),
    path("desk/commissions/<int:pk>", review.review, name="review"),
    path("desk/charities", charities.listing, name="charities"),
    path("desk/charities/<int:pk>", charities.rename, name="charity"),
    path("desk/charities/<int:pk>/account", charity_places.place, name="charity_place"),
    path("desk/charities/<int:pk>/close", charities.close, name="close_charity"),
    path("desk/charities/<int:pk>/open", charities.open_again, name="open_charity"),
    path("desk/attribution", tracing.find_trace, name="find_trace"),
    path("desk/orders/<public_id:order_key>/attribution", tracing.trace, name="trace"),
]
