"""Photos: taken in from people, and written in every width a page may ask for."""

from __future__ import annotations

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet

from catalog import bodies
from catalog.models import Photo
from kit import pictures
from kit.after_commit import after_commit
from kit.pictures import NotAPicture, TooLarge, TooManyPixels
from kit.refusals import Refused
from people.models import Person

__all__ = ["WIDTHS", "NotAPicture", "TooLarge", "TooManyPixels", "missing", "render", "take"]

# A thumbnail, and phones of 390 CSS px at one, two and three device pixels.
WIDTHS = (160, 390, 780, 1170)


@transaction.atomic
def take(*, upload: UploadedFile | bytes, by: Person, alt: str = "") -> Photo:
    """Take in one photo: it is written anew as WebP at once, as AVIF a little later.

    It belongs to no product yet, so a form sent with mistakes loses nothing.

    Raises:
        NotAPicture, TooLarge, TooManyPixels: as ``kit.pictures.reencode``; nothing was written.
    """
    data = upload if isinstance(upload, bytes) else _read(upload)
    made = pictures.reencode(data, widths=WIDTHS)
    digest = hashlib.sha256(data).hexdigest()
    name = f"{digest[:2]}/{digest[2:34]}"  # the same picture twice is stored once
    _store(name, made.files)
    photo = Photo.objects.create(
        uploaded_by=by,
        name=name,
        alt=alt,
        width=made.width,
        height=made.height,
        colour=made.colour,
        widths=_widths(made.files),
    )
    after_commit("catalog.render_photo", photo.pk)
    return photo


def _read(upload: UploadedFile) -> bytes:
    if upload.size is not None and upload.size > pictures.MOST_BYTES:
        raise TooLarge(upload.size)  # told before its megabytes are read into memory
    data: bytes = upload.read()
    return data


def render(photo_id: int) -> bool:
    """Write the AVIF files of a photo from its largest WebP; whether it has them now.

    A photo whose files are gone or broken is noted as having none, so that no page asks for
    them and the sweep gets past it.
    """
    photo = Photo.objects.filter(pk=photo_id).first()
    if photo is None or photo.avif_widths or not photo.widths:
        return photo is not None and bool(photo.avif_widths)
    try:
        with default_storage.open(_path(photo.name, max(photo.widths), "webp")) as file:
            made = pictures.reencode(file.read(), widths=photo.widths, formats=("avif",))
    except (FileNotFoundError, *Refused):
        _note(photo, widths=[])
        return False
    _store(photo.name, made.files)
    _note(photo, avif_widths=_widths(made.files))
    return True


def _note(photo: Photo, **files: list[int]) -> None:
    """Write down what files a photo has now; its page is written anew."""
    Photo.objects.filter(pk=photo.pk).update(**files)
    if photo.product_id:
        bodies.forget(photo.product_id)


def missing() -> QuerySet[Photo]:
    """Return the photos whose AVIF files nobody has written yet, oldest first."""
    return Photo.objects.filter(avif_widths=[]).exclude(widths=[]).order_by("pk")


def _store(name: str, files: dict[tuple[int, str], bytes]) -> None:
    for (width, form), data in files.items():
        path = _path(name, width, form)
        if not default_storage.exists(path):
            default_storage.save(path, ContentFile(data))


def _path(name: str, width: int, form: str) -> str:
    return f"photos/{name}-{width}.{form}"


def _widths(files: dict[tuple[int, str], bytes]) -> list[int]:
    return sorted(width for width, _ in files)
