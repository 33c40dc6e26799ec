"""Who opened a link: a person, a preview, a prefetch, a robot, or something odd.

A substring list lies easily (``Cubot`` is a phone, ``MicroMessenger`` a person in WeChat),
so every rule has a name, and the corpus in the tests fires each of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from referrals.models import Click

Headers = Mapping[str, str]

# The headers the rules look at, as WSGI names them.
HEADERS = {
    "User-Agent": "HTTP_USER_AGENT",
    "Accept": "HTTP_ACCEPT",
    "Purpose": "HTTP_PURPOSE",
    "X-Purpose": "HTTP_X_PURPOSE",
    "X-Moz": "HTTP_X_MOZ",
    "Sec-Purpose": "HTTP_SEC_PURPOSE",
    "Sec-Fetch-Mode": "HTTP_SEC_FETCH_MODE",
    "Sec-Fetch-Dest": "HTTP_SEC_FETCH_DEST",
}

# Browsers say the same each time: reading 200 letters with eleven rules is done once for each.
LONGEST_REMEMBERED = 600

# Messengers that fetch a link to draw its card, often while the sender still types.
PREVIEWS = re.compile(
    r"WhatsApp/|facebookexternalhit|Facebot|facebookcatalog|meta-externalfetcher|Twitterbot"
    r"|TelegramBot|Slackbot|Slack-ImgProxy|LinkedInBot|Discordbot|SkypeUriPreview|line-poker"
    r"|kakaotalk-scrap|vkShare|Viber/\d|Snap URL Preview|redditbot|Pinterest/0\.|Iframely"
    r"|Embedly|Mastodon/|Bluesky Cardyb|Google-PageRenderer|BingPreview|Applebot"
    r"|WeChatShareExtension|^MicroMessenger Client|DingTalkBot|Feishu ?Bot|LarkUrl|MSTeams"
    r"|ZoomBot|Signal-Preview|Threema|Wire LinkPreview",
    re.IGNORECASE,
)

# Robots that say so: "bot", "spider" or "crawl" as a word of its own or the end of one ...
DECLARED = re.compile(
    r"(?<!cu)bot(?![a-z])|spider|crawl|slurp|archiver|mediapartners|adsbot|scrapy|scraper"
    r"|baidu(?:boxapp)?-?render|bytespider|petalbot|yandex\.com/bots|lighthouse|pagespeed"
    r"|uptime|pingdom|monitor(?:ing)?[/ ]|validator|feedfetcher|preview service",
    re.IGNORECASE,
)
# ... and programs' own libraries, which name themselves first.
LIBRARIES = re.compile(
    r"^(?:python|aiohttp|httpx|curl|wget|libwww|lwp|java|okhttp|apache-httpclient|go-http"
    r"|node|axios|got|undici|ruby|faraday|php|guzzlehttp|perl|dart|reqwest|postmanruntime|insomnia|httpie"
    r"|winhttp|cfnetwork|urlgrabber|restsharp|http)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing to look at, and what it says of a request that shows it."""

    name: str
    kind: Click.Kind
    fires: Callable[[Headers], object]


def _agent(headers: Headers) -> str:
    return headers.get("User-Agent", "")


def _is_embedded(headers: Headers) -> bool:
    """An image or a frame that loads a link stuffs cookies; nobody opened it."""
    return headers.get("Sec-Fetch-Dest", "document") not in {"document", ""}


def _is_no_navigation(headers: Headers) -> bool:
    return headers.get("Sec-Fetch-Mode", "navigate") not in {"navigate", ""}


def _wants_no_page(headers: Headers) -> bool:
    accept = headers.get("Accept", "")
    return bool(accept) and "text/html" not in accept and "*/*" not in accept


RULES = (
    Rule(
        "sec-purpose",
        Click.Kind.PREFETCH,
        lambda headers: "prefetch" in headers.get("Sec-Purpose", "").lower(),
    ),
    Rule(
        "purpose",
        Click.Kind.PREFETCH,
        lambda headers: headers.get("Purpose", "").lower() in {"prefetch", "preview"},
    ),
    Rule(
        "x-purpose",
        Click.Kind.PREFETCH,
        lambda headers: headers.get("X-Purpose", "").lower() in {"prefetch", "preview"},
    ),
    Rule("x-moz", Click.Kind.PREFETCH, lambda headers: headers.get("X-Moz", "") == "prefetch"),
    Rule("preview", Click.Kind.PREVIEW, lambda headers: PREVIEWS.search(_agent(headers))),
    Rule("declared robot", Click.Kind.BOT, lambda headers: DECLARED.search(_agent(headers))),
    Rule("program", Click.Kind.BOT, lambda headers: LIBRARIES.match(_agent(headers))),
    Rule("nameless", Click.Kind.SUSPECT, lambda headers: not _agent(headers).strip()),
    Rule("embedded", Click.Kind.SUSPECT, _is_embedded),
    Rule("no navigation", Click.Kind.SUSPECT, _is_no_navigation),
    Rule("wants no page", Click.Kind.SUSPECT, _wants_no_page),
)
PERSON = Rule("person", Click.Kind.HUMAN, lambda _: True)


def rule_for(headers: Headers) -> Rule:
    """Return the first rule these headers fire, or ``PERSON``."""
    return next((rule for rule in RULES if rule.fires(headers)), PERSON)


def classify(headers: Headers) -> Click.Kind:
    """Return what kind of visitor sent these headers; ``self`` needs more than headers."""
    facts = tuple(headers.items())
    if sum(len(value) for value in headers.values()) > LONGEST_REMEMBERED:
        return rule_for(headers).kind
    return _kind_of(facts)


@lru_cache(maxsize=1_000)
def _kind_of(facts: tuple[tuple[str, str], ...]) -> Click.Kind:
    return rule_for(dict(facts)).kind


def headers_of(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that matter out of a WSGI environment."""
    return {name: environ[key] for name, key in HEADERS.items() if key in environ}
