"""Who opened a link: a person, a preview, a prefetch, a robot, or something odd.

A substring list lies easily (``Cubot`` is a phone, ``MicroMessenger`` a person in WeChat),
so every rule has a name, and the corpus in the tests fires each of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
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

# Browsers say the same each time: looking for 140 signs (50 µs) is done once for each of them,
# and then costs less than 1 µs.
LONGEST_REMEMBERED, MOST_REMEMBERED = 600, 4_000

# Messengers that fetch a link to draw its card, often while the sender still types.
PREVIEWS = (
    r"whatsapp/", r"facebookexternalhit", r"facebot", r"facebookcatalog", r"meta-externalfetcher",
    r"twitterbot", r"telegrambot", r"slackbot", r"slack-imgproxy", r"linkedinbot", r"discordbot",
    r"skypeuripreview", r"line-poker", r"kakaotalk-scrap", r"vkshare", r"^viber/\d",
    r"snap url preview", r"redditbot", r"pinterest/0\.", r"iframely", r"embedly", r"mastodon/",
    r"misskey/", r"summalybot", r"pleroma", r"lemmy/", r"friendica", r"bluesky cardyb",
    r"google-pagerenderer", r"bingpreview", r"microsoftpreview", r"yahoo link preview",
    r"quora link preview", r"applebot", r"wechatshareextension", r"^micromessenger client",
    r"dingtalkbot", r"feishu ?bot", r"larkurl", r"msteams", r"zoombot", r"signal-preview",
    r"threema", r"mattermost-bot", r"rocketchat/", r"synapse \(bot",
    r"zulipurlpreview", r"tumblr/\d", r"flipboardproxy", r"xing-contenttabreceiver",
)  # fmt: skip

# Robots that say so: "bot", "spider" or "crawl" as a word of its own or the end of one ...
DECLARED = (
    r"(?<!cu)bot(?![a-z])", r"spider", r"crawl", r"slurp", r"archiver", r"mediapartners",
    r"scrapy", r"lighthouse", r"pagespeed", r"monitor(?:ing)?[/ ]", r"validator", r"feedfetcher",
    r"yandex\.com/bots",
)  # fmt: skip

# ... or give an address to complain to, which no browser does ...
ADDRESSES = (r"\+https?:", r"\+mailto:", r"\+[\w.]+@")

# ... and programs' own libraries, which mostly name themselves first.
LIBRARIES = (
    "python", "aiohttp", "httpx", "curl", "libcurl", "wget", "libwww", "lwp", "java", "jakarta",
    "okhttp", "dalvik", "node", "axios", "apache-httpclient", "apachebench", "apache-nutch",
    "go-http", "got", "undici", "deno", "bun", "ruby", "rest-client", "faraday", "typhoeus",
    "mechanize", "php", "guzzlehttp", "symfony", "dart", "reqwest", "ureq", "hyper", "k6", "hey",
    "vegeta", "postmanruntime", "insomnia", "httpie", "winhttp", "restsharp",
    "microsoft office", "wordpress", "kube-probe", "elb-healthchecker", "googlehc",
    "amazon cloudfront", "zgrab", "masscan", "nmap",
)  # fmt: skip
PROGRAMS = (
    *(rf"^{name}\b" for name in LIBRARIES),
    r" cfnetwork/", r" alamofire/", r" jsdom/", r" phantomjs/",
)  # fmt: skip

Fires = Callable[[Headers], object]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing to look at, and what it says of a request that shows it."""

    name: str
    kind: Click.Kind
    fires: Fires


def _agent(headers: Headers) -> str:
    return headers.get("User-Agent", "").lower()


def _says(signs: Iterable[str]) -> Fires:
    """Return whether a User-Agent shows one of these signs, all of them one pattern."""
    pattern = re.compile("|".join(signs))
    return lambda headers: pattern.search(_agent(headers))


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
    Rule("preview", Click.Kind.PREVIEW, _says(PREVIEWS)),
    Rule("declared robot", Click.Kind.BOT, _says(DECLARED)),
    Rule("gives its address", Click.Kind.BOT, _says(ADDRESSES)),
    Rule("program", Click.Kind.BOT, _says(PROGRAMS)),
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


@lru_cache(maxsize=MOST_REMEMBERED)
def _kind_of(facts: tuple[tuple[str, str], ...]) -> Click.Kind:
    return rule_for(dict(facts)).kind


def headers_of(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that matter out of a WSGI environment."""
    return {name: environ[key] for name, key in HEADERS.items() if key in environ}
