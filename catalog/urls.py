"""Addresses of the vendor's shelf, editor and settings, and of endorsements."""

from __future__ import annotations

from django.urls import path

from catalog.views import editor, endorsements, settings, shelf

app_name = "catalog"
urlpatterns = [
    path("shop/settings", settings.settings, name="settings"),
    path("shop/products", shelf.products, name="products"),
    path("shop/products/new", editor.new, name="new"),
    path("shop/products/photos", editor.take_photo, name="take_photo"),
    path("shop/products/<public_id:public_id>", editor.edit, name="edit"),
    path("shop/products/<public_id:public_id>/takedown", shelf.take_down, name="take_down"),
    path("shop/products/<public_id:public_id>/putback", shelf.put_back, name="put_back"),
    path("p/<public_id:public_id>/endorse", endorsements.endorse, name="endorse"),
    path("p/<public_id:public_id>/endorse/withdraw", endorsements.withdraw, name="withdraw"),
    path("p/<public_id:public_id>/endorsements", endorsements.endorsements, name="endorsements"),
]
