"""Form fields of the catalogue that several forms share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language


class CategoryField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's cannot be subscripted
    """A choice among the kinds of goods, each under its name in the reader's language."""

    def label_from_instance(self, category: Any) -> str:
        return str(category.name_en if get_language() == "en" else category.name_zh)
