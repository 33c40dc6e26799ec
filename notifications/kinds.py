"""What can be told: one table of kinds, each with its words, its icon and its channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kit.money import Money

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of news.

    Attributes:
        icon: its sign in the inbox.
        title: what happened, without any facts; a letter's subject.
        sentence: the same with facts, such as ``%(shop)s`` (see ``sentence_of``).
        letter: also goes by e-mail, or by SMS to who has only a phone.
        may_be_off: its letter may be switched off; money and duties may not.
    """

    icon: str
    title: Words
    sentence: Words
    letter: bool = True
    may_be_off: bool = False


Quiet = partial(Kind, letter=False, may_be_off=True)  # news for the inbox alone

# Read as a table: name, icon, title, and below them the sentence.
# fmt: off
NEW_ORDER = Kind("package", _("You have a new order"),
    _("Order %(order)s, %(amount)s, is paid. Send it off soon: the buyer is waiting."))

KINDS: dict[str, Kind] = {
    "order_placed": Kind("shield-check", _("Your order is placed"),
      _("%(shop)s has your order. We hold %(amount)s until you have the parcel.")),
    "new_order": NEW_ORDER,
    "order_paid_vendor": NEW_ORDER,
    "order_shipped": Kind("truck", _("Your parcel is on its way"),
      _("%(shop)s has sent order %(order)s. Confirm when it has arrived.")),
    "order_completed_vendor": Kind("circle-check", _("An order is complete"),
      _("Order %(order)s was received; %(amount)s is yours."), may_be_off=True),
    "order_refunded": Kind("undo-2", _("Your money is on its way back"),
      _("%(amount)s of order %(order)s at %(shop)s goes back the way you paid.")),
    "order_paid_late": Kind("undo-2", _("Your payment came too late and goes back"),
      _("Order %(order)s had closed before the %(amount)s came. All of it goes back to you.")),
    "order_refunded_vendor": Kind("undo-2", _("An order was refunded"),
      _("%(amount)s of order %(order)s went back to the buyer. Do not send it any more.")),
    "order_refunded_by_house": Kind("undo-2", _("We are sending you money back"),
      _("%(amount)s of order %(order)s at %(shop)s goes back the way you paid: “%(reason)s”")),
    "order_refunded_by_house_vendor": Kind("undo-2", _("We have refunded a buyer of yours"),
      _("We decided that %(amount)s of order %(order)s goes back to the buyer: “%(reason)s”")),
    "order_stopped_by_house": Kind("ban", _("We have stopped an order of yours"),
      _("Do not send order %(order)s: all %(amount)s goes back to the buyer. “%(reason)s”")),
    "circle_order_asked": Kind("users", _("A circle would like to order from you together"),
      _("%(person)s asks for %(circle)s: %(product)s, all to one address. Say yes or no.")),
    "circle_order_accepted": Kind("circle-check", _("The shop says yes to your circle"),
      _("%(circle)s can order %(product)s until %(day)s.")),
    "circle_order_refused": Kind("ban", _("The shop says no to your circle"),
      _("%(shop)s will not sell %(product)s to %(circle)s together: “%(reason)s”")),
    "circle_order_unheard": Kind("clock", _("The shop has not answered your circle"),
      _("%(shop)s has said nothing about %(product)s for a week. Ask another shop.")),
    "circle_order_open": Quiet("shopping-bag", _("Your circle orders together"),
      _("%(circle)s: order %(product)s with the others until %(day)s.")),
    "circle_order_closed": Kind("lock", _("Your circle's order has closed"),
      _("%(product)s: the shop sends everything to you. Your list says what is whose.")),
    "circle_order_closed_shop": Kind("package", _("A circle's order has closed"),
      _("%(circle)s has ordered %(product)s. Send each parcel with its name to the pickup point.")),
    "circle_order_closed_buyer": Quiet("lock", _("What you order together has closed"),
      _("%(product)s comes to %(person)s. You are told when yours can be fetched.")),
    "circle_order_cancelled": Kind("ban", _("An order together was called off"),
      _("%(product)s for %(circle)s is called off: “%(reason)s” What was paid goes back.")),
    "circle_order_handed": Kind("hand-heart", _("Your parcel was handed out"),
      _("%(person)s has handed out your %(product)s. Look at it, then confirm that you have it.")),
    "circle_order_handed_out": Quiet("circle-check", _("A circle has everything"),
      _("%(product)s for %(circle)s is handed out.")),
    "order_refund_delayed": Kind("triangle-alert", _("Your money is not back yet"),
      _("The provider would not send back %(amount)s of order %(order)s yet. We keep asking.")),
    "order_refund_refused": Kind("triangle-alert", _("Your refund did not go through"),
      _("The payment provider would not pay back order %(order)s, so it stands. Ask again.")),
    "order_refund_refused_vendor": Kind("triangle-alert", _("A refund did not go through"),
      _("Order %(order)s was not paid back and stands. Talk to the buyer before you send it.")),
    "order_part_refunded_vendor": Kind("undo-2", _("Part of an order was refunded"),
      _("%(amount)s of order %(order)s goes back to the buyer."), may_be_off=True),
    "order_part_refused_vendor": Kind("triangle-alert", _("A refund did not go through"),
      _("The payment provider would not pay back %(amount)s of order %(order)s. Try it again.")),
    "order_refund_undone": Kind("triangle-alert", _("A refund did not reach you"),
      _("Your bank sent back %(amount)s of order %(order)s. Ask %(shop)s to pay it again.")),
    "order_refund_undone_vendor": Kind("triangle-alert", _("A refund came back"),
      _("The buyer's bank sent back %(amount)s of order %(order)s. Refund it again.")),
    "commission_expected": Quiet("gift", _("Somebody bought through your link"),
      _("%(product)s: %(amount)s is yours once the parcel is received and kept.")),
    "commission_held": Quiet("clock", _("Your commission is nearly there"),
      _("%(product)s was received. %(amount)s is free in %(days)s days, unless it is sent back.")),
    "commission_in_review": Kind("eye", _("A sale of yours is being looked at"),
      _("%(product)s: we look at this sale before %(amount)s is free. You need do nothing."),
      letter=False),
    "commission_cleared": Kind("circle-check", _("Your commission goes on"),
      _("%(product)s: we have looked, and all is well with your %(amount)s."), letter=False),
    "commission_refused": Kind("triangle-alert", _("A commission was refused"),
      _("%(product)s: %(amount)s is not paid. %(reason)s Are we wrong? Write to us in 14 days.")),
    "commission_released": Kind("coins", _("Your commission is free"),
      _("%(amount)s for %(product)s is in your wallet."), may_be_off=True),
    "commission_donated": Quiet("hand-heart", _("What you gave has arrived"),
      _("%(amount)s for %(product)s is with the charity you chose.")),
    "commission_reversed": Kind("undo-2", _("A commission was taken back"),
      _("%(product)s was refunded, so %(amount)s of commission no longer counts."), letter=False),
    "commission_owed": Kind("triangle-alert", _("Your earnings are below zero"),
      _("%(product)s was refunded: %(amount)s went back. What you earn next fills it up.")),
    "commission_restored": Kind("refresh-cw", _("A commission is yours again"),
      _("The refund of %(product)s fell through, so %(amount)s of commission counts again."),
      letter=False),
    "sharing_invited": Kind("gift", _("A shop would like you to share its goods"),
      _("%(shop)s invites you: you are paid when your share brings a buyer."), may_be_off=True),
    "sharing_ended": Kind("user-x", _("A shop no longer pays you for sharing"),
      _("%(shop)s ended it: “%(reason)s” What you brought before stays yours.")),
    "sharing_again": Kind("user-check", _("A shop pays you for sharing again"),
      _("%(shop)s lets your links earn again from now on."), may_be_off=True),
    "payout_sent": Kind("banknote", _("Your money was sent"),
      _("%(amount)s is on its way to your account.")),
    "payout_returned": Kind("triangle-alert", _("Your money came back to us"),
      _("%(amount)s could not be delivered and is in your wallet again. %(reason)s")),
    "payout_to_confirm": Kind("banknote", _("Confirm your withdrawal"),
      _("%(amount)s waits for you: confirm it in your wallet within 24 hours.")),
    "payout_cancelled": Kind("undo-2", _("A withdrawal was called off"),
      _("%(amount)s was not sent and stays in your wallet.")),
    "payout_held": Kind("triangle-alert", _("Your withdrawals are on hold"),
      _("Your money stays where it is for now. Your wallet says why and until when.")),
    "payout_free": Kind("circle-check", _("You can withdraw again"),
      _("The hold on your withdrawals was lifted.")),
    "charity_place_changed": Kind("shield-check", _("A charity's account was written down"),
      _("%(person)s wrote down where the money of %(charity)s goes. Check the number.")),
    "charity_payout_returned": Kind("triangle-alert", _("A charity's money came back to us"),
      _("%(amount)s for %(charity)s could not be delivered and stands on its account again.")),
    "destination_changed": Kind("shield-check", _("The account for your money was changed"),
      _("Was that you? Nothing is sent there for %(hours)s hours. If not, write to us.")),
    "listing_approved": Kind("badge-check", _("Your product is on sale"),
      _("We looked at %(product)s and it is live. Share it with somebody.")),
    "listing_returned": Kind("pencil", _("Your product needs a change"),
      _("%(product)s is not on sale yet. %(reason)s")),
    "listing_lacks_certificate": Kind("badge-check", _("Your product needs a certificate"),
      _("%(product)s names %(brand)s, whose owner wants a certificate seen. It waits until then.")),
    "brand_verified": Kind("badge-check", _("Your brand is verified"),
      _("%(brand)s counts from now on. Issue your shops their certificates.")),
    "brand_refused": Kind("undo-2", _("Your brand could not be verified"),
      _("%(brand)s was not verified. %(reason)s")),
    "brand_closed": Kind("ban", _("Your brand was closed"),
      _("%(brand)s does not count any more. %(reason)s")),
    "certificate_issued": Kind("badge-check", _("A brand has authorised your shop"),
      _("%(shop)s carries a certificate of %(brand)s now; your listings show it.")),
    "certificate_ends_soon": Kind("clock", _("A certificate ends soon"),
      _("That of %(brand)s for %(shop)s ends in %(days)s days. Ask the brand to renew it.")),
    "certificate_ends_tomorrow": Kind("clock", _("A certificate ends within a day"),
      _("That of %(brand)s for %(shop)s ends. Then its listings are taken down.")),
    "certificate_ended": Kind("eye-off", _("A certificate has ended"),
      _("That of %(brand)s for %(shop)s is over. Its listings come back when it is renewed.")),
    "certificate_revoked": Kind("ban", _("A certificate was revoked"),
      _("%(brand)s no longer authorises %(shop)s, so its listings are taken down. %(reason)s")),
    "brand_flag_price": Quiet("flag", _("A price is outside the agreed range"),
      _("%(product)s at %(shop)s costs less or more than the certificate of %(brand)s agrees.")),
    "brand_flag_area": Quiet("flag", _("A shop is outside the agreed area"),
      _("%(shop)s sells %(product)s from elsewhere than the certificate of %(brand)s agrees.")),
    "brand_flag_channel": Quiet("flag", _("A product was shown where it should not be"),
      _("%(product)s at %(shop)s was opened where the certificate of %(brand)s forbids it.")),
    "books_differ": Kind("triangle-alert", _("A provider's book differs from ours"),
      _("%(rail)s, %(day)s: %(amount)s stand in suspense until somebody has explained them.")),
    "rail_rests": Kind("triangle-alert", _("A way to pay people out rests"),
      _("Nothing is sent by %(rail)s for now. The desk says why.")),
    "trust_run_kept": Kind("triangle-alert", _("Last night's trust run was kept back"),
      _("Everybody's word weighs what it did before. The desk says why.")),
    "loss_borne": Kind("triangle-alert", _("The house bore part of a refund"),
      _("%(amount)s of order %(order)s: nobody's balance could give them back.")),
    "friend_request": Quiet("user-plus", _("Somebody wants to be your friend"),
      _("%(person)s would like to be friends.")),
    "friend_accepted": Quiet("users", _("You have a new friend"),
      _("%(person)s and you are friends now.")),
    "circle_asked": Quiet("user-plus", _("Somebody wants to join your circle"),
      _("%(person)s would like to be in %(circle)s.")),
    "circle_joined": Quiet("users", _("Somebody joined your circle"),
      _("%(person)s came into %(circle)s by your link.")),
    "circle_accepted": Quiet("users", _("You are in a circle"),
      _("%(circle)s has let you in.")),
    "circle_removed": Quiet("user-x", _("You are no longer in a circle"),
      _("The host of %(circle)s took you off the list of members.")),
    "circle_offered": Quiet("user-check", _("You are asked to host a circle"),
      _("%(person)s would like you to look after %(circle)s.")),
    "circle_new_host": Quiet("users", _("A circle has a new host"),
      _("%(person)s looks after %(circle)s now.")),
    "circle_closed": Quiet("ban", _("A circle was closed"),
      _("%(circle)s is closed. What was in it can still be read.")),
    "endorsement_received": Quiet("heart", _("Somebody wrote about your product"),
      _("%(person)s wrote about %(product)s.")),
    "endorsement_asked": Quiet("message-circle", _("How do you like it?"),
      _("You received %(product)s. A word from you helps your friends decide.")),
    "endorsement_replied": Quiet("message-circle", _("A shop replied to your words"),
      _("%(shop)s replied to what you said of %(product)s.")),
    "endorsement_approved": Quiet("circle-check", _("Your words can be read now"),
      _("We looked at what you said of %(product)s.")),
    "endorsement_returned": Kind("pencil", _("Your words came back"),
      _("Nobody reads what you said of %(product)s. %(reason)s"), letter=False),
    "endorsement_burst": Kind("triangle-alert", _("Very many words about one product"),
      _("%(product)s: over two hundred within an hour. What comes now waits at the desk.")),
    "wish_back": Quiet("heart", _("Something you wished for is back"),
      _("%(product)s can be bought again.")),
    "wish_cheaper": Quiet("heart", _("Something you wished for costs less"),
      _("%(product)s is cheaper than it was.")),
    "scene_removed": Quiet("eye-off", _("A product was taken out of a scene"),
      _("%(product)s does not stand there any more. %(reason)s")),
    "question_asked": Quiet("message-circle", _("Somebody you know is looking for something"),
      _("%(person)s asks: who knows a good “%(words)s”?")),
    "question_answered": Quiet("message-circle", _("Somebody answered your question"),
      _("%(person)s answered what you asked about “%(words)s”.")),
}
# fmt: on

# A row of a kind that an older or newer version of the house knew.
UNKNOWN = Kind("bell", _("News for you"), "", letter=False)


def kind_of(name: str) -> Kind:
    """Return the kind of this name, or the plain one that fits every row."""
    return KINDS.get(name, UNKNOWN)


def sentence_of(name: str, data: Mapping[str, Any]) -> str:
    """Write the facts of one notice or letter in the active language.

    Facts are ``order``, ``shop``, ``product`` (or ``title``), ``brand``, ``person``, ``circle``,
    ``reason``, ``days``, ``rail``, ``day``, and ``amount_minor`` with ``currency``, which become
    ``amount``.
    Where a fact that the sentence needs is missing, the answer is empty: the title says enough.
    """
    try:
        return str(kind_of(name).sentence) % _facts(data)
    except KeyError:
        return ""


def _facts(data: Mapping[str, Any]) -> dict[str, Any]:
    facts = dict(data)
    if "title" in facts:
        facts.setdefault("product", facts["title"])
    if "amount_minor" in facts:
        money = Money(facts["amount_minor"], facts.get("currency", "CNY"))
        facts["amount"] = money.display(get_language() or "en")
    return facts
