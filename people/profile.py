"""What a person says about themselves."""

from __future__ import annotations

from people.models import Person


def change_profile(*, person: Person, name: str, intro: str, language: str) -> Person:
    """Change what others see of a person, and the language of the letters they get."""
    person.name, person.intro, person.language = name, intro, language
    person.save(update_fields=["name", "intro", "language"])
    return person
