"""A rule sees its word however it is spaced, and never one that only looks like it."""

from __future__ import annotations

import pytest

from catalog import brand_minding, brands, listing, screening
from catalog.models import Hold, Product, Rule, Variant
from kit.states import TransitionRefused
from tests.catalog.conftest import FUJI


@pytest.fixture
def rules(db):
    """Two rules of the test's own, whatever the house ships."""
    Rule.objects.all().delete()
    decanted = Rule.objects.create(code="C-12", words=["分装"], reason_zh="分", reason_en="d")
    cures = Rule.objects.create(code="H-01", words=["cure", "根治"], reason_zh="治", reason_en="c")
    return {"C-12": decanted, "H-01": cures}


@pytest.mark.parametrize(
    ("title", "code", "matched"),
    [
        ("口红 3.5g 分装", "C-12", "分装"),
        ("口红 分 装", "C-12", "分装"),
        ("口红分·装", "C-12", "分装"),
        ("口红分\n装", "C-12", "分装"),  # a name is one line, whatever was sent
        ("A CURE for all", "H-01", "cure"),
        ("ｃｕｒｅ", "H-01", "cure"),
        ("根治咳嗽，分装", "H-01", "根治"),
    ],
)
def test_a_rules_word_is_found_and_named(honey, rules, title, code, matched):
    honey.title = title

    finding = screening.judge(honey)

    assert finding is not None
    assert (finding.rule, finding.matched) == (rules[code], matched)


@pytest.mark.parametrize(
    ("title", "description"),
    [("Secure manicure set", ""), ("秦岭野花土蜂蜜", "部分\n装盒"), ("十分", "装在罐里")],
)
def test_words_that_only_contain_it_pass(honey, rules, title, description):
    honey.title, honey.description = title, description

    assert screening.judge(honey) is None


def test_the_description_and_the_variants_are_read_too(honey, rules, jar):
    honey.description = "可分装"
    assert screening.judge(honey) is not None

    honey.description = ""
    jar.name = "分装小瓶"
    jar.save()
    assert screening.judge(honey) is not None


def test_a_rule_that_is_off_sees_nothing(honey, rules):
    Rule.objects.update(is_on=False)
    honey.title = "分装"

    assert screening.judge(honey) is None


def test_the_word_that_stands_first_names_the_rule(honey, rules):
    honey.title, honey.description = "cure", "分装"

    finding = screening.judge(honey)

    assert finding is not None
    assert finding.rule.code == "H-01"


def test_approving_puts_it_on_sale_and_trusts_the_shop(honey, hill_shop):
    hill_shop.trusted_at = None
    hill_shop.save()
    hold = screening.hold(product=honey, cause=Hold.Cause.NEW_SHOP)
    assert Product.objects.get(pk=honey.pk).state == "held"

    product = screening.approve(hold=hold)

    hill_shop.refresh_from_db()
    assert product.state == "live"
    assert hill_shop.trusted_at is not None
    assert Hold.objects.get().state == "approved"


def test_sending_back_keeps_why(honey):
    hold = screening.hold(product=honey, cause=Hold.Cause.NEW_SHOP)

    product = screening.send_back(hold=hold, reason="请上传检测报告")

    hold.refresh_from_db()
    assert product.state == "returned"
    assert (hold.state, hold.reason) == ("returned", "请上传检测报告")


@pytest.mark.parametrize("again", [screening.approve, screening.send_back])
def test_a_hold_is_decided_once(honey, again):
    hold = screening.hold(product=honey, cause=Hold.Cause.NEW_SHOP)
    screening.send_back(hold=hold, reason="why")

    with pytest.raises(TransitionRefused):
        again(hold=Hold.objects.get(pk=hold.pk))

    assert Product.objects.get(pk=honey.pk).state == "returned"
    assert Hold.objects.get().reason == "why"


def test_a_listing_waits_only_once(honey):
    screening.hold(product=honey, cause=Hold.Cause.NEW_SHOP)

    with pytest.raises(TransitionRefused):
        screening.hold(product=honey, cause=Hold.Cause.NEW_SHOP)

    assert Hold.objects.count() == 1


def test_the_house_ships_its_first_rules_and_kinds(db):
    rules = {rule.code: rule for rule in Rule.objects.all()}

    assert "分装" in rules["C-12"].words
    assert {"根治", "cure"} <= set(rules["H-01"].words)
    assert all(rule.reason_zh and rule.reason_en for rule in rules.values())


def edit(product, **changes):
    only = product.variants.get()
    written = {
        "title": product.title,
        "description": product.description,
        "commission_bp": None,
        "category": None,
        "variants": [
            listing.VariantInput(name=only.name, price_minor=only.price_minor, id=only.pk)
        ],
        "photo_ids": [],
    } | changes
    return listing.save_draft(shop=product.shop, product=product, **written)


@pytest.mark.parametrize("change", [{"title": "土蜂蜜"}, {"description": "可以根治咳嗽"}])
def test_what_was_changed_since_it_was_held_is_not_approved_unseen(honey, change):
    hold = screening.hold(product=honey, cause=Hold.Cause.NEW_SHOP)
    edit(honey, **change)

    with pytest.raises(screening.ListingMoved):
        screening.approve(hold=hold)

    assert Hold.objects.get(pk=hold.pk).state == "waiting"
    assert Product.objects.get(pk=honey.pk).state == "held"


def test_another_price_or_another_photo_is_another_listing(honey, jar, chen):
    names = {screening.digest(honey)}
    jar.price_minor = 100
    jar.save()
    names.add(screening.digest(honey))
    honey.photos.create(uploaded_by=chen, name="ab/1", width=9, height=9)
    names.add(screening.digest(honey))
    assert len(names) == 3

    Variant.objects.filter(pk=jar.pk).update(available=3)  # what sells changes nothing of it
    assert screening.digest(honey) in names


def test_who_looked_after_the_change_may_approve_it(honey):
    hold = screening.hold(product=honey, cause=Hold.Cause.NEW_SHOP)
    before = screening.shown(hold)
    edit(honey, title="土蜂蜜")
    seen = screening.shown(Hold.objects.get(pk=hold.pk))

    with pytest.raises(screening.ListingMoved):
        screening.approve(hold=hold, seen=before)
    screening.approve(hold=hold, seen=seen)

    product = Product.objects.get(pk=honey.pk)
    assert product.state == "live"
    assert Hold.objects.get(pk=hold.pk).digest == screening.digest(product)


def test_a_waiting_listing_that_is_edited_is_judged_again(honey, rules):
    hold = screening.hold(product=honey, cause=Hold.Cause.NEW_SHOP)

    edit(honey, description="可分装")
    hold.refresh_from_db()
    assert (hold.cause, hold.rule, hold.matched) == ("rule", rules["C-12"], "分装")

    edit(honey, description="")  # what was seen once stays for the moderator to know
    hold.refresh_from_db()
    assert (hold.cause, hold.matched, hold.state) == ("rule", "分装", "waiting")


def test_a_decided_hold_says_so_even_when_the_listing_moved(honey):
    hold = screening.hold(product=honey, cause=Hold.Cause.NEW_SHOP)
    screening.approve(hold=hold)
    edit(honey, title="土蜂蜜")

    with pytest.raises(TransitionRefused):
        screening.approve(hold=hold, seen="x" * 64)


def refuses_but_keeps(hold, **seen):
    """Approve; what was looked at is let pass, and something else is named."""
    with pytest.raises(screening.MoreToSee):
        screening.approve(hold=hold, **seen)
    hold = Hold.objects.select_related("product").get(pk=hold.pk)
    assert (hold.state, hold.product.state) == ("waiting", "held")
    return hold


def test_a_brand_the_moderator_was_not_shown_is_not_let_pass(
    shanmi, linwei, wulan, writes, honey, mei
):
    fuji = brands.verify(brand=brands.register(owner=linwei, written=FUJI), moderator=wulan)
    writes("山蜜 Fuji")
    hold = honey.holds.waiting().select_related("product").get()
    first, other = hold.brand, {shanmi, fuji} - {hold.brand}
    seen = screening.shown(hold)

    hold = refuses_but_keeps(hold, seen=seen)
    assert {hold.brand} == other
    assert honey.namings.get(brand=first).cleared_at is not None
    assert honey.namings.get(brand=hold.brand).cleared_at is None

    with pytest.raises(screening.ListingMoved):  # a second tap on the same page
        screening.approve(hold=hold, seen=seen)
    assert honey.namings.get(brand=hold.brand).cleared_at is None

    assert screening.approve(hold=hold, seen=screening.shown(hold)).state == "live"


def test_a_brand_does_not_hide_a_rule(shanmi, rules, writes, honey):
    writes("山蜜 分装")
    hold = honey.holds.waiting().get()
    assert (hold.cause, hold.brand, hold.rule) == ("brand", shanmi, None)

    hold = refuses_but_keeps(hold)
    assert (hold.cause, hold.rule, hold.matched) == ("rule", rules["C-12"], "分装")
    brand_minding.mind()
    hold.refresh_from_db()
    assert (hold.cause, hold.state) == ("rule", "waiting")

    assert screening.approve(hold=hold).state == "live"


def test_a_rule_that_was_let_pass_is_not_asked_about_again_for_a_brand(
    registered, rules, wulan, writes, honey
):
    writes("山蜜 分装")
    screening.approve(hold=honey.holds.waiting().get())
    brands.verify(brand=registered, moderator=wulan)
    brand_minding.mind()
    hold = honey.holds.waiting().get()
    assert hold.cause == "brand"

    assert screening.approve(hold=hold).state == "live"
