"""Changing a shop's sign or terms; who changed what is kept for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from audit.recording import record
from kit import pictures
from kit.public_ids import public_id
from people.avatars import WIDTHS, path_of
from people.models import Person
from shops.models import Shop, Terms

SIGN = ("name", "sentence", "story", "place", "theme")
TERMS = (  # what sharers are paid is set in the catalogue, beside the products' own rates
    "return_days",
    "shipping_minor",
    "free_shipping_from_minor",
    "ships_within_hours",
)


def change_sign(*, shop: Shop, sign: Mapping[str, Any], by: Person) -> None:
    """Write the fields of ``SIGN`` that differ."""
    _write(shop, {name: sign[name] for name in SIGN}, act="shop.sign_changed", shop=shop, by=by)


def change_terms(*, shop: Shop, terms: Mapping[str, Any], by: Person) -> None:
    """Write the fields of ``TERMS`` that differ; orders already placed keep their own."""
    wanted = {name: terms[name] for name in TERMS}
    _write(shop.terms, wanted, act="shop.terms_changed", shop=shop, by=by)


@transaction.atomic
def _write(row: Shop | Terms, wanted: dict[str, Any], *, act: str, shop: Shop, by: Person) -> None:
    stored = type(row)._default_manager.select_for_update().get(pk=row.pk)
    before = {name: getattr(stored, name) for name in wanted}
    changed = [name for name in wanted if wanted[name] != before[name]]
    if not changed:
        return
    for name in changed:
        setattr(row, name, wanted[name])
    row.save(update_fields=changed)
    record(
        actor=f"person:{by.pk}",
        act=act,
        subject=f"shop:{shop.pk}",
        before={name: before[name] for name in changed},
        after={name: wanted[name] for name in changed},
    )


def set_avatar(*, shop: Shop, upload: UploadedFile) -> str:
    """Make the uploaded picture the shop's face; return the stem of its files.

    Raises:
        NotAPicture, TooLarge, TooManyPixels: of ``kit.pictures``; nothing was written.
    """
    if (upload.size or 0) > pictures.MOST_BYTES:
        raise pictures.TooLarge(upload.size)  # told before its megabytes are read into memory
    made = pictures.reencode(upload.read(), widths=WIDTHS, square=True)
    stem = f"shop-{public_id().lower()}"
    for width in WIDTHS:
        default_storage.save(path_of(stem, width), ContentFile(made.at(width)))
    shop.avatar = stem
    shop.save(update_fields=["avatar"])
    return stem
