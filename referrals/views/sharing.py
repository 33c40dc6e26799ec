"""The share sheet: one's own link to a product, and every way to send it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from catalog import certificate_codes
from catalog.models import Product
from kit import clock
from people.web import SignedInRequest
from referrals import cards, giving, kits, links, posters, sharing, text_codes
from referrals.channels import WITHOUT_LINKS, Channel
from referrals.links import LinkFacts, facts_from
from referrals.models import Gives, ShareLink
from referrals.showings import Showing, showing_of
from referrals.touches import COOKIE_NAME, read_cookie
from referrals.views.gone import gone

WECHAT = "MicroMessenger"


@dataclass(frozen=True, slots=True)
class Shared:
    """A product as the person who is signed in shares it."""

    product: Product
    link: ShareLink
    facts: LinkFacts
    showing: Showing
    earns: str


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show the link, made the first time it is looked for; making it again changes nothing."""
    shared = _shared(request, public_id)
    if shared is None:
        return gone(request, public_id)
    if request.method == "POST":
        return redirect("referrals:share", public_id=public_id)
    style = request.GET.get("poster", "")
    page = _page(request, shared) | {
        "sheet": sharing.sheet_of(shared.facts, shared.showing, earns=shared.earns),
        "card": _card(shared),
        "text_code": text_codes.text_of(
            shared.facts, language=get_language() or settings.LANGUAGE_CODE
        ),
        "styles": list(posters.STYLES),
        "style": style if style in posters.STYLES else posters.FIRST_STYLE,
    }
    return render(request, "referrals/share.html", page)


@login_required
@require_safe
def kit(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show words, address and way for each service the link may be sent by."""
    shared = _shared(request, public_id)
    if shared is None:
        return gone(request, public_id)
    page = _page(request, shared) | {
        "ways": kits.ways_of(shared.facts, shared.showing, earns=shared.earns),
        "photos": list(shared.product.photos.all()[: kits.MOST_PICTURES]),
    }
    return render(request, "referrals/kit.html", page)


@login_required
@require_safe
def kit_file(request: SignedInRequest, public_id: str) -> HttpResponse | StreamingHttpResponse:
    """Hand out poster, pictures and words as one archive."""
    shared = _shared(request, public_id)
    if shared is None:
        return gone(request, public_id)
    ways = kits.ways_of(shared.facts, shared.showing, earns=shared.earns)
    words = "\n\n".join(f"{way.name}\n{way.words}" for way in ways)
    files = kits.files_of(kits.photo_paths(shared.product), posters=_posters(shared), words=words)
    answer = StreamingHttpResponse(kits.archive(files), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{shared.link.code}.zip"'
    return answer


@login_required
@require_safe
def poster(request: SignedInRequest, public_id: str, style: str) -> HttpResponse:
    """Hand out one's own poster of a product, in the language of the page.

    With ``?c=`` its code says where it is posted, for services that show no links.
    """
    if style not in posters.STYLES:
        raise Http404
    shared = _shared(request, public_id)
    if shared is None:
        return gone(request, public_id)
    asked = request.GET.get("c", "")
    channel = asked if asked in WITHOUT_LINKS else Channel.POSTER.value
    picture = _poster(shared, style, channel=channel)
    answer = HttpResponse(picture, content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=60"  # a changed price shows a minute later
    return answer


def _shared(request: SignedInRequest, public_id: str) -> Shared | None:
    on_sale = Product.objects.on_sale().select_related("shop__terms")
    product = on_sale.filter(public_id=public_id).first()
    if product is None:
        return None
    touches = read_cookie(request.COOKIES.get(COOKIE_NAME))
    link = links.link_for(person=request.user, product=product, touches=touches)
    link.person, link.product, link.shop = request.user, product, product.shop  # known already
    language, facts = _language(), facts_from(link)
    earning = links.earning_of(product.pk, version=product.version)
    pays = facts.can_pay and facts.gives != Gives.NONE and not facts.has_ended(clock.now())
    return Shared(
        product=product,
        link=link,
        facts=facts,
        showing=showing_of(facts, product, language=language),
        earns=earning.display(language) if pays else "",
    )


def _page(request: HttpRequest, shared: Shared) -> dict[str, Any]:
    """Return what every page about sharing a product shows."""
    return {
        "product": shared.product,
        "link": shared.link,
        "facts": shared.facts,
        "earns": shared.earns,
        "has_ended": shared.facts.has_ended(clock.now()),
        "charity": sharing.charity_of(shared.facts, _language()),
        "closed": giving.closed_charity(shared.link, language=_language()),
        "in_wechat": WECHAT in request.headers.get("user-agent", ""),
        "wechat_address": sharing.address_of(shared.facts, Channel.WECHAT.value),
    }


def _card(shared: Shared) -> str:
    """Return what a friend sees at the top of the page, safe HTML."""
    pays = shared.facts.can_pay and not shared.facts.has_ended(clock.now())
    return cards.shown(
        friend=shared.facts,
        earner=shared.facts if pays else None,
        product_id=shared.product.pk,
        earning=links.earning_of(shared.product.pk, version=shared.product.version),
        language=_language(),
    ).friend


def _posters(shared: Shared) -> Iterator[tuple[str, bytes]]:
    """Yield the poster, and those whose codes say where they are posted, one at a time."""
    yield "poster.jpg", _poster(shared, posters.FIRST_STYLE, channel=Channel.POSTER.value)
    for channel in sorted(WITHOUT_LINKS):
        yield f"poster-{channel}.jpg", _poster(shared, posters.FIRST_STYLE, channel=channel)


def _poster(shared: Shared, style: str, *, channel: str) -> bytes:
    address = sharing.address_of(shared.facts, channel, is_printed=True)
    certificate = certificate_codes.short_address_for(shared.product)
    return posters.poster_of(shared.showing, address=address, style=style, certificate=certificate)


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
