"""Pictures drawn once and kept for a day among the media files."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.crypto import salted_hmac

log = logging.getLogger(__name__)

FOLDER = "drawn"

# Long enough that a picture sent round is drawn once; short enough that a name or face taken
# back is not lying about. In files, for Valkey is no place for megabytes: it may refuse clicks
# before it forgets anything.
KEPT = timedelta(days=1)

JPEG_ENDS = b"\xff\xd9"


def kept(*, what: str, draw: Callable[[], bytes]) -> bytes:
    """Return the JPEG kept for ``what``, drawn now if there is none.

    ``what`` names everything the picture says, so a changed price or word is another
    picture. Its file has a name nobody can guess. A file that somebody was killed in the
    middle of writing is drawn again.
    """
    name = salted_hmac("referrals.kept_pictures", what, algorithm="sha256").hexdigest()
    path = f"{FOLDER}/{name}.jpg"
    found = _read(path)
    if found:
        return found
    drawn = draw()
    try:
        default_storage.save(path, ContentFile(drawn))
    except OSError:
        log.exception("a picture could not be kept")
    return drawn


def forget_old(now: datetime) -> int:
    """Delete what was drawn more than a day ago; return how many files."""
    old = [path for path in _all() if now - default_storage.get_modified_time(path) > KEPT]
    for path in old:
        default_storage.delete(path)
    return len(old)


def _all() -> list[str]:
    try:
        _folders, names = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return []
    return [f"{FOLDER}/{name}" for name in names]


def _read(path: str) -> bytes:
    try:
        with default_storage.open(path) as file:
            data: bytes = file.read()
    except FileNotFoundError:
        return b""
    if data.endswith(JPEG_ENDS):
        return data
    default_storage.delete(path)
    return b""
