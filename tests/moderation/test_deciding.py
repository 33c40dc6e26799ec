"""Deciding: once, with a reason, written down and told."""

import pytest
from django.db import DatabaseError, transaction

from audit.models import AuditEvent
from audit.recording import broken_links
from catalog.models import Brand, Hold, Naming, Product
from catalog.screening import MoreToSee
from kit.states import TransitionRefused
from moderation.deciding import NoReason, OwnShop, approve, send_back
from moderation.models import Decision
from notifications.models import Notice
from shops.models import Membership
from tests.races import all_at_once


def test_an_approved_listing_is_on_sale_and_its_shop_trusted(hold, hill_shop, wulan, noon):
    hill_shop.trusted_at = None
    hill_shop.save()

    decision = approve(hold=hold, moderator=wulan)

    product = Product.objects.get(pk=hold.product_id)
    assert (product.state, product.published_at) == ("live", noon)
    hill_shop.refresh_from_db()
    assert hill_shop.trusted_at == noon
    assert (decision.verdict, decision.reason, decision.at) == ("approved", "", noon)
    assert Hold.objects.get(pk=hold.pk).state == "approved"


def test_a_listing_sent_back_keeps_its_reason(hold, wulan):
    decision = send_back(hold=hold, moderator=wulan, reason="  请换成完整包装。 ")

    assert Product.objects.get(pk=hold.product_id).state == "returned"
    kept = Hold.objects.get(pk=hold.pk)
    assert (kept.state, kept.reason) == ("returned", "请换成完整包装。")
    assert (decision.verdict, decision.reason) == ("returned", "请换成完整包装。")


def test_the_vendor_is_told_once_with_the_reason(hold, chen, wulan):
    send_back(hold=hold, moderator=wulan, reason="请换成完整包装。")

    notice = Notice.objects.get(person=chen)
    assert notice.kind == "listing_returned"
    assert notice.data["title"] == "口红 3.5g"
    assert notice.data["reason"] == "请换成完整包装。"
    assert notice.path == f"/shop/products/{hold.product.public_id}"


def test_a_decision_stands_in_the_audit(hold, wulan):
    approve(hold=hold, moderator=wulan)

    event = AuditEvent.objects.get()
    assert (event.actor, event.act) == (f"person:{wulan.pk}", "listing.approved")
    assert event.subject == f"product:{hold.product_id}"
    assert event.before == {"hold": hold.public_id, "cause": "rule", "matched": "分装"}
    assert event.after == {"verdict": "approved", "reason": ""}
    assert broken_links() == []


def nothing_was_written(hold) -> bool:
    return (
        Hold.objects.get(pk=hold.pk).state == "waiting"
        and Product.objects.get(pk=hold.product_id).state == "held"
        and not Decision.objects.exists()
        and not AuditEvent.objects.exists()
        and not Notice.objects.exists()
    )


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_nothing_is_sent_back_without_a_reason(hold, wulan, reason):
    with pytest.raises(NoReason):
        send_back(hold=hold, moderator=wulan, reason=reason)
    assert nothing_was_written(hold)


def test_nobody_decides_about_a_shop_they_work_in(hold, hill_shop, wulan):
    Membership.objects.create(shop=hill_shop, person=wulan, role="packer")

    for decide in (
        lambda: approve(hold=hold, moderator=wulan),
        lambda: send_back(hold=hold, moderator=wulan, reason="no"),
    ):
        with pytest.raises(OwnShop):
            decide()
    assert nothing_was_written(hold)


@pytest.mark.parametrize("state", ["approved", "returned", "dropped"])
def test_what_no_longer_waits_is_not_decided_again(hold, wulan, state):
    Hold.objects.update(state=state)

    with pytest.raises(TransitionRefused):
        approve(hold=hold, moderator=wulan)
    assert not Decision.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_decision_is_never_changed(hold, wulan):
    approve(hold=hold, moderator=wulan)

    for change in (
        lambda: Decision.objects.update(reason="other"),
        lambda: Decision.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.django_db(transaction=True)
def test_of_two_moderators_at_once_one_decides(hold, wulan, second_moderator):
    moderators = iter([wulan, second_moderator] * 2)

    outcomes = all_at_once(
        lambda: approve(hold=Hold.objects.get(pk=hold.pk), moderator=next(moderators)), times=4
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "Decision", "TransitionRefused", "TransitionRefused", "TransitionRefused",
    ]  # fmt: skip
    assert Decision.objects.count() == 1
    assert AuditEvent.objects.count() == 1
    assert Notice.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_approves_while_one_sends_back_and_the_listing_agrees_with_the_decision(
    hold, wulan, second_moderator
):
    turns = iter([0, 1])

    def decide():
        if next(turns):
            return approve(hold=Hold.objects.get(pk=hold.pk), moderator=wulan)
        held = Hold.objects.get(pk=hold.pk)
        return send_back(hold=held, moderator=second_moderator, reason="请改包装")

    all_at_once(decide, times=2)

    decision = Decision.objects.get()
    state = Product.objects.get(pk=hold.product_id).state
    assert (decision.verdict, state) in {("approved", "live"), ("returned", "returned")}


@pytest.mark.django_db(transaction=True)
def test_without_the_guard_two_would_decide(hold):
    """The control: read, decide, save. It shows that the races above really overlap."""
    seen: list[int] = []

    def decide_unguarded():
        with transaction.atomic():
            held = Hold.objects.get(pk=hold.pk)
            while len(seen) < 2 and held.state == "waiting":
                seen.append(held.pk)
                if len(seen) < 2:
                    continue
            held.state = "approved"
            held.save()
            return "decided"

    assert all_at_once(decide_unguarded, times=2) == ["decided", "decided"]


def test_a_brand_let_pass_stays_let_pass_while_a_rule_still_asks(hold, lipstick, chen, wulan):
    brand = Brand.objects.create(
        owner=chen, name_zh="口红", policy="block", state="verified", decided_by=wulan
    )
    Hold.objects.filter(pk=hold.pk).update(cause="brand", rule=None, brand=brand)
    Naming.objects.create(product=lipstick, brand=brand, matched="口红", digest="x")

    with pytest.raises(MoreToSee):
        approve(hold=hold, moderator=wulan)

    assert nothing_was_written(hold)
    assert Naming.objects.get().cleared_at is not None
    left = Hold.objects.get(pk=hold.pk)
    assert (left.cause, left.matched) == ("rule", "分装")
    assert approve(hold=left, moderator=wulan).verdict == "approved"
    assert Product.objects.get(pk=lipstick.pk).state == "live"
