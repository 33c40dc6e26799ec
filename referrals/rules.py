"""The rules of attribution by name: what one says to staff, and what to a sharer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Rule(models.TextChoices):
    """What became of one click when an order was placed; the label is for staff.

    A candidate is refused by the first rule that holds, in this order. Of those that none
    refuses the first in turn is taken, see ``referrals.judging``.
    """

    NO_SUCH_LINK = "no such link", _("the link does not exist, or is of another shop")
    AFTER_THE_ORDER = "after the order", _("clicked after the order was placed")
    WINDOW_OVER = "outside the window", _("clicked longer ago than the shop counts")
    NOT_A_PERSON = "not a person", _("opened by a program, not a person")
    LINK_ENDED = "link ended", _("the link had ended when it was clicked")
    OWN_PURCHASE = "own purchase", _("the sharer is the buyer")
    OWN_SHOP = "own shop", _("the sharer works in the shop")
    INACTIVE = "sharer inactive", _("the sharer's account is closed")
    BLOCKED = "blocked", _("the sharer or the buyer has blocked the other")
    OWN_CONTACT = "own contact", _("the buyer's phone or e-mail is the sharer's")
    OWN_ACCOUNT = "own account", _("the buyer or the shop is paid out to the sharer's account")
    NOT_IN_PROGRAMME = "not in programme", _("the shop does not let this person share for pay")
    TAKEN = "taken", _("brought the order")
    OLDER = "older", _("another link was clicked later")
    IN_DOUBT = "in doubt", _("a click that is certainly a person's goes before it")


# What a sharer reads beside an order that did not become theirs. Nothing here tells who
# bought, or how the house tells one person from another. Of BLOCKED they read nothing at
# all: whoever blocked but one person would know by any word that it was they who bought.
TO_SHARER = {
    Rule.AFTER_THE_ORDER: "WINDOW_OVER",
    Rule.WINDOW_OVER: "WINDOW_OVER",
    Rule.NOT_A_PERSON: "BOT",
    Rule.LINK_ENDED: "LINK_ENDED",
    Rule.OWN_PURCHASE: "SELF",
    Rule.OWN_SHOP: "SELF",
    Rule.INACTIVE: "NOT_IN_PROGRAMME",
    Rule.OWN_CONTACT: "SELF",
    Rule.OWN_ACCOUNT: "SELF",
    Rule.NOT_IN_PROGRAMME: "NOT_IN_PROGRAMME",
    Rule.TAKEN: "TAKEN",
    Rule.OLDER: "OTHER_LINK_LATER",
    Rule.IN_DOUBT: "SUSPECT",
}
