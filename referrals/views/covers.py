"""The picture that messengers fetch for a share link."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from kit.web import too_many
from referrals import covers, guessing, links, previews
from referrals.views.gone import gone


@require_safe
def cover(request: HttpRequest, code: str) -> HttpResponse:
    """Hand out the cover of a link, in the language of who shares it; anybody may look."""
    facts = links.resolve(code)
    if facts is None:
        if guessing.is_too_often(request.META):
            return too_many(request)
        raise Http404
    showing = previews.shown_in_preview(facts)
    if showing is None:
        return gone(request, facts.product_public_id)
    answer = HttpResponse(covers.cover_of(showing), content_type="image/jpeg")
    answer["Cache-Control"] = "public, max-age=3600"
    return answer
