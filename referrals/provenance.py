"""Provenance in plain words: why a sale is this sharer's, and who bought if they wish it said."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.trust import blocked_ids
from referrals.channels import Channel
from referrals.models import Attribution
from referrals.rules import Rule

PASSED_OVER = frozenset({Rule.OLDER.value, Rule.IN_DOUBT.value})


def why_yours(attribution: Attribution) -> list[str]:
    """Return the sentences that say why this sale came to this sharer.

    They are read out of the frozen trace. Of the other links they tell how many there
    were, never whose, and nothing of the buyer but what the sharer sent them.
    """
    steps = attribution.trace
    taken: dict[str, str] = next((step for step in steps if step["rule"] == Rule.TAKEN), {})
    said = [_came_by(attribution.channel)]
    if taken.get("way") == "account":
        said.append(_("They opened it on another device, where they were signed in."))
    earlier = sum(step["rule"] in PASSED_OVER for step in steps)
    if earlier:
        said.append(
            ngettext(
                "One other link had been opened too; the last one that counts has it.",
                "%(number)s other links had been opened too; the last one that counts has it.",
                earlier,
            )
            % {"number": earlier}
        )
    later = sum(_is_refused(step) and step["at"] > taken.get("at", "") for step in steps)
    if later:
        said.append(_("A link that was opened later could not count for this order."))
    if not earlier and not later:
        said.append(_("No other link was opened that could have counted."))
    return said


def buyer_told(attribution: Attribution) -> str:
    """Return the buyer's name where they wished their friend to know; else nothing."""
    return buyers_told([attribution]).get(attribution.pk, "")


def buyers_told(attributions: Iterable[Attribution]) -> dict[int, str]:
    """Return, by attribution, the names of buyers who wished their friend to know.

    Only of orders that were paid, of who is still here, and while neither has blocked the
    other. Where no buyer wished it, the database is asked nothing.
    """
    wished = [one for one in attributions if one.tells_name]
    blocked = {pk: blocked_ids(pk) for pk in {one.sharer_id for one in wished}}
    return {
        one.pk: one.buyer.name
        for one in wished
        if one.buyer is not None
        and one.buyer.is_active
        and one.buyer.pk not in blocked[one.sharer_id]
        and any(row.paid_at is not None for row in one.commissions.all())
    }


def _came_by(channel: str) -> str:
    if channel == Channel.POSTER:
        return _("The buyer came by your poster.")
    if channel == Channel.CODE:
        return _("The buyer came by the text you sent.")
    if channel == Channel.QR:
        return _("The buyer scanned your code.")
    if not channel:
        return _("The buyer came by your link.")
    return _("The buyer came by the link you sent by %(way)s.") % {"way": Channel(channel).label}


def _is_refused(step: dict[str, str]) -> bool:
    return step["rule"] != Rule.TAKEN and step["rule"] not in PASSED_OVER
