"""What an operator can set is written down, and nothing is written down that is not read."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOR_COMPOSE = {"WEIDIAN_DOMAIN", "POSTGRES_PASSWORD"}


def test_the_example_lists_every_setting_and_no_other():
    read = set()
    for file in (ROOT / "weidian").rglob("*.py"):
        read |= set(re.findall(r'"(WEIDIAN_[A-Z_]+|DATABASE_URL|VALKEY_URL)"', file.read_text()))
    listed = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert listed - FOR_COMPOSE == read


def test_compose_sets_only_what_is_read_or_listed():
    compose = (ROOT / "docker-compose.yml").read_text()
    listed = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    asked = set(re.findall(r"\$\{([A-Z_]+)", compose))
    assert asked <= listed
