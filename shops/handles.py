"""Which words no shop may take as its address."""

from __future__ import annotations

# The first words of the house's own addresses: /<handle> comes last and must never hide one.
ROUTES = frozenset({
    "about", "accounts", "admin", "api", "b", "bag", "c", "checkout", "circles", "demo", "desk",
    "friends", "healthz", "i18n", "look", "me", "media", "o", "open", "p", "pay", "readyz", "s",
    "scenes", "search", "shop", "shops", "static", "together", "u", "w", "webhooks",
})  # fmt: skip

# Words a stranger would take for the house itself, or that it may need one day.
OUR_OWN = frozenset({
    "account", "administrator", "app", "apps", "assets", "billing", "blog", "circle",
    "contact", "customer-service", "dashboard", "docs", "explore", "favicon", "feed", "finance",
    "guanfang", "help", "home", "index", "inbox", "info", "jobs", "kefu", "legal", "login",
    "logout", "mail", "messages", "moderator", "money", "new", "news", "notices", "official",
    "order", "orders", "payment", "payments", "people", "person", "policy", "press", "privacy",
    "product", "products", "refund", "refunds", "register", "report", "robots", "root",
    "rules", "security", "service", "services", "settings", "share", "sign-in", "sign-up",
    "signin", "signup", "sitemap", "staff", "status", "store", "stroll", "support", "system",
    "team", "terms", "test", "trust", "undefined", "null", "wallet", "wechat", "weidian",
    "weixin", "well-known", "www", "zhifu",
})  # fmt: skip

RESERVED = ROUTES | OUR_OWN


def is_reserved(handle: str) -> bool:
    """Whether ``handle`` belongs to the house; punycode would let one word look like another."""
    return handle in RESERVED or handle.startswith("xn--")
