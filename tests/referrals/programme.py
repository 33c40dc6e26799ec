"""What the pages of a programme say, and what their forms send."""

from __future__ import annotations

import re

SHARERS, RATES, WHO = "/shop/sharers", "/shop/sharers/rates", "/shop/sharers/who"


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def sent(honey, tea, **more) -> dict[str, str]:
    stored = {
        "act": "save",
        "commission_bp": "10",
        f"own_{honey.public_id}": "",
        f"own_{tea.public_id}": "12.5",
    }
    return stored | more
