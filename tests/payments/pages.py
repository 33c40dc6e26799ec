"""Reading the pages of money as a person does, and pressing their buttons."""

import re
from urllib.parse import urlencode

HUGE = "9" * 30
HORRORS = ["", " ", "\x00", "a\x00b", "-1", "９" * 10, "🍯" * 10, "x" * 10**5, "1" * 400, "\ud83c"]
KEY = "0123456789"

WALLET = "/me/wallet"
WITHDRAW = f"{WALLET}/withdraw"
DESTINATION = f"{WALLET}/destination"


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def post(browser, path, sent):
    """Post text that may be no text at all: half characters, NUL bytes."""
    fields = {name: text.encode("utf-8", "surrogatepass") for name, text in sent.items()}
    return browser.post(path, urlencode(fields), "application/x-www-form-urlencoded")
