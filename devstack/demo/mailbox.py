"""The letters that the demo wrote to files instead of sending."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

SEPARATOR = b"-" * 79 + b"\n"  # what Django's file backend writes between messages
NEWEST_FILES = 80


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as its reader would see it."""

    to: str
    subject: str
    words: str
    at: datetime | None


def newest(*, most: int) -> list[Letter]:
    """Return the newest letters first."""
    folder: Path | None = settings.MAIL_DIR
    if folder is None or not folder.is_dir():
        return []
    files = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    found: list[Letter] = []
    for file in files[:NEWEST_FILES]:
        found += [_read(raw) for raw in reversed(file.read_bytes().split(SEPARATOR)) if raw.strip()]
        if len(found) >= most:
            break
    return found[:most]


def _read(raw: bytes) -> Letter:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(preferencelist=("plain", "html"))
    date = message["date"]
    return Letter(
        to=str(message["to"]),
        subject=str(message["subject"]),
        words=body.get_content().strip() if body else "",
        at=date.datetime if date else None,
    )
