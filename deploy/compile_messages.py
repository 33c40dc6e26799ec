"""Compile every translation of the house; used where an image is built."""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

for catalogue in Path().glob("*/locale/*/LC_MESSAGES/django.po"):
    with catalogue.open("rb") as words:
        messages = read_po(words, locale=catalogue.parts[-3])
    with catalogue.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, messages)
