"""Addresses of the vendor's shelf, editor and settings, of endorsements and of brands."""

from __future__ import annotations

from django.urls import path

from catalog.views import (
    bought,
    brand_desk,
    brands,
    certificates,
    circle_picks,
    editor,
    endorsements,
    settings,
    shelf,
    trusting,
    voices,
    words_desk,
)

app_name = "catalog"
urlpatterns = [
    path("about/trust", trusting.about_trust, name="about_trust"),
    path("me/bought", bought.mine, name="bought"),
    path("u/<public_id:public_id>/bought", bought.of_person, name="bought_by"),
    path("shop/settings", settings.settings, name="settings"),
    path("shop/products", shelf.products, name="products"),
    path("shop/products/new", editor.new, name="new"),
    path("shop/products/photos", editor.take_photo, name="take_photo"),
    path("shop/products/<public_id:public_id>", editor.edit, name="edit"),
    path("shop/products/<public_id:public_id>/takedown", shelf.take_down, name="take_down"),
    path("shop/products/<public_id:public_id>/putback", shelf.put_back, name="put_back"),
    path("p/<public_id:public_id>/endorse", endorsements.endorse, name="endorse"),
    path("p/<public_id:public_id>/endorse/withdraw", endorsements.withdraw, name="withdraw"),
    path(
        "p/<public_id:public_id>/endorse/photos", endorsements.take_photo, name="take_words_photo"
    ),
    path("p/<public_id:public_id>/endorsements", endorsements.endorsements, name="endorsements"),
    path("circles/<public_id:public_id>/shelf", circle_picks.shelf, name="circle_shelf"),
    path("p/<public_id:public_id>/shelve", circle_picks.add, name="shelve"),
    path("me/picks/<public_id:public_id>/remove", circle_picks.remove, name="remove_pick"),
    path("u/<public_id:public_id>/words", voices.said_by, name="said_by"),
    path("shop/words/<public_id:public_id>/reply", voices.reply, name="reply"),
    path("desk/words", words_desk.queue, name="desk_words"),
    path("desk/words/<public_id:public_id>", words_desk.words, name="desk_hold_of_words"),
    path("b/<public_id:public_id>", certificates.certificate, name="certificate"),
    path("shop/certificates", certificates.of_shop, name="shop_certificates"),
    path("me/brands", brands.mine, name="brands"),
    path("me/brands/new", brands.register, name="register_brand"),
    path("me/brands/<public_id:public_id>", brands.brand, name="brand"),
    path("me/brands/<public_id:public_id>/edit", brands.edit, name="edit_brand"),
    path("me/brands/<public_id:public_id>/issue", brands.issue, name="issue_certificate"),
    path("me/brands/<public_id:public_id>/close", brands.close, name="close_brand"),
    path("me/certificates/<public_id:public_id>", brands.certificate, name="own_certificate"),
    path("desk/brands", brand_desk.queue, name="desk_brands"),
    path("desk/brands/<public_id:public_id>", brand_desk.brand, name="desk_brand"),
]
