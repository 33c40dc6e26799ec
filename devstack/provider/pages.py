"""The hosted payment page: one screen, two buttons, no script, in the payer's language."""

from __future__ import annotations

import base64
import hashlib
import hmac
from html import escape
from urllib.parse import urlsplit

from devstack.provider.charges import return_address
from devstack.provider.journal import Row

WITHOUT_MINOR_UNITS = {"JPY", "KRW", "VND"}
SIGNS = {"CNY": "¥", "JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}

WORDS = {
    "en": {
        "title": "Pay",
        "sandbox": "Sandbox · no real money",
        "open": "To pay",
        "pay": "Pay",
        "decline": "Decline",
        "paid": "Paid",
        "paid_more": "You can go back to the shop.",
        "closed": "This payment is closed",
        "closed_more": "Nothing was charged. You can start again from your order.",
        "back": "Back to the shop",
        "number": "Number",
        "not_found": "There is no such payment",
        "not_found_more": "Open the link in your order again.",
    },
    "zh-Hans": {
        "title": "付款",
        "sandbox": "沙箱 · 不是真钱",
        "open": "待付款",
        "pay": "付款",
        "decline": "拒绝付款",
        "paid": "已付款",
        "paid_more": "可以回到小店了。",
        "closed": "这笔付款已关闭",
        "closed_more": "没有扣款，可以回到订单重新付款。",
        "back": "返回小店",
        "number": "单号",
        "not_found": "没有这笔付款",
        "not_found_more": "请从订单里重新打开付款链接。",
    },
}

STYLE = """
:root{color-scheme:light dark;--bg:#f3f5f9;--card:#fff;--ink:#161a22;--quiet:#555e70;--line:#8a93a5;
--act:#1d4ed8;--on-act:#fff;--note:#fff3d6;--on-note:#5f3b00}
@media(prefers-color-scheme:dark){:root{--bg:#0f1218;--card:#191e28;--ink:#eef1f7;--quiet:#b3bccd;
--line:#78829a;--act:#9db8ff;--on-act:#0b1533;--note:#3a2c0a;--on-note:#ffdf9b}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;
background:var(--bg);color:var(--ink);font:1rem/1.6 system-ui,-apple-system,"PingFang SC",
"Noto Sans SC","Microsoft YaHei",sans-serif}
.note{margin:0;padding:.75rem 1rem;text-align:center;font-weight:600;background:var(--note);
color:var(--on-note)}
main{width:100%;max-width:26rem;margin:auto;padding:1rem}
.card{background:var(--card);border-radius:1rem;padding:1.5rem;overflow-wrap:anywhere}
h1{margin:0;font-size:1rem;font-weight:500;color:var(--quiet)}
.amount{margin:.25rem 0 1rem;font-size:2.5rem;line-height:1.2;font-weight:700;
font-variant-numeric:tabular-nums}
.amount small{font-size:1rem;font-weight:500;color:var(--quiet)}
p{margin:0 0 .75rem}
.quiet{color:var(--quiet);font-size:.875rem}
form{display:grid;gap:.75rem;margin-top:1.5rem}
button,.button{display:block;width:100%;min-height:3.25rem;padding:.75rem 1rem;border-radius:.75rem;
font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer;
border:1px solid var(--line);background:transparent;color:inherit}
.main{background:var(--act);border-color:var(--act);color:var(--on-act)}
:focus-visible{outline:3px solid var(--act);outline-offset:3px}
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


def token(charge_id: str, *, secret: str) -> str:
    """Return what the page's form carries, so that no other site can press its buttons."""
    return hmac.digest(secret.encode(), f"page:{charge_id}".encode(), "sha256").hex()[:32]


def money(amount_minor: int, currency: str) -> str:
    """Return an amount as people write it, such as ``¥1,234.50``."""
    sign = SIGNS.get(currency, "")
    if currency in WITHOUT_MINOR_UNITS:
        return f"{sign}{amount_minor:,}"
    return f"{sign}{amount_minor // 100:,}.{amount_minor % 100:02}"


def charge_page(charge: Row, *, secret: str) -> str:
    """Return the page of a charge as it stands."""
    words = WORDS[charge["language"]]
    status = charge["status"]
    amount = escape(money(charge["amount_minor"], charge["currency"]))
    parts = [
        f"<h1>{words[status]}</h1>",
        f'<p class="amount">{amount} <small>{escape(charge["currency"])}</small></p>',
        f"<p>{escape(charge['description'])}</p>" if charge["description"] else "",
        f'<p class="quiet">{words["number"]} {escape(charge["reference"])}</p>',
        _form(charge, words, secret) if status == "open" else _way_back(charge, words),
    ]
    return _page(charge["language"], "".join(parts))


def not_found_page(*, language: str) -> str:
    """Return the page for an id that is no charge's."""
    words = WORDS[language]
    return _page(language, f"<h1>{words['not_found']}</h1><p>{words['not_found_more']}</p>")


def policy(charge: Row | None) -> str:
    """Return the page's Content-Security-Policy.

    Browsers hold the redirect after a form to ``form-action`` too, so it names the shop's origin.
    """
    back = ""
    if charge is not None:
        shop = urlsplit(charge["return_url"])
        back = f" {shop.scheme}://{shop.netloc.rpartition('@')[2]}"
    return (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action 'self'{back}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def _form(charge: Row, words: dict[str, str], secret: str) -> str:
    return (
        f'<form method="post" action="{charge["pay_path"]}">'
        f'<input type="hidden" name="token" value="{token(charge["id"], secret=secret)}">'
        f'<button class="main" name="act" value="pay">{words["pay"]}</button>'
        f'<button name="act" value="decline">{words["decline"]}</button></form>'
    )


def _way_back(charge: Row, words: dict[str, str]) -> str:
    more = words[f"{charge['status']}_more"]
    address = escape(return_address(charge))
    return f'<p>{more}</p><a class="button main" href="{address}">{words["back"]}</a>'


def _page(language: str, body: str) -> str:
    words = WORDS[language]
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{words['title']} · {words['sandbox']}</title><style>{STYLE}</style></head>"
        f'<body><p class="note" role="note">{words["sandbox"]}</p>'
        f'<main><div class="card">{body}</div></main></body></html>'
    )
