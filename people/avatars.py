"""Faces: the picture a person shows, cut square and written anew in two sizes."""

from __future__ import annotations

from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from kit import pictures
from kit.public_ids import public_id
from people.models import Person

WIDTHS: Final = (96, 240)


def set_avatar(*, person: Person, data: bytes) -> str:
    """Make the picture in ``data`` this person's face; return the stem of its files.

    The new files are there before the row names them, and the old ones go after.

    Raises:
        kit.pictures.NotAPicture: it cannot be read as a picture.
        kit.pictures.TooLarge: the file has too many bytes.
        kit.pictures.TooManyPixels: the picture is too large to decode.
    """
    picture = pictures.reencode(data, widths=WIDTHS, square=True)
    stem = public_id().lower()
    for width in WIDTHS:
        default_storage.save(path_of(stem, width), ContentFile(picture.at(width)))
    _show(person, stem)
    return stem


def remove_avatar(*, person: Person) -> None:
    """Take this person's face away; the first letter of the name stands in for it."""
    _show(person, "")


def path_of(stem: str, width: int) -> str:
    """Return where a face of this width lies in the media storage."""
    return f"people/{stem}-{width}.webp"


@transaction.atomic
def _show(person: Person, stem: str) -> None:
    # Of two new faces at once, one comes second and must take the first one's files away.
    before = Person.objects.select_for_update(no_key=True).get(pk=person.pk).avatar
    person.avatar = stem
    person.save(update_fields=["avatar"])
    transaction.on_commit(lambda: _remove(before))


def _remove(stem: str) -> None:
    if stem:
        for width in WIDTHS:
            default_storage.delete(path_of(stem, width))
