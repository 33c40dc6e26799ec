"""A shop's new name, terms or look are on its pages and in the search at once."""

from __future__ import annotations

import re
import threading

import pytest
from django.contrib.postgres.search import SearchQuery

from audit.models import AuditEvent
from catalog import listing, pages, screening, shopfront
from catalog.models import Hold, Product, Rule
from shops import changing
from tests.races import together

pytestmark = pytest.mark.django_db(transaction=True)


def sign_of(shop, **changes):
    return {name: getattr(shop, name) for name in changing.SIGN} | changes


def terms_of(shop, **changes):
    return {name: getattr(shop.terms, name) for name in changing.TERMS} | changes


def write(shop, product=None, *, title="秦岭野花土蜂蜜", description="一勺"):
    variants = [listing.VariantInput(name="500g", price_minor=6800)]
    if product is not None:
        only = product.variants.get()
        variants = [listing.VariantInput(name="500g", price_minor=6800, id=only.pk)]
    return listing.save_draft(
        shop=shop,
        product=product,
        title=title,
        description=description,
        commission_bp=None,
        category=None,
        variants=variants,
        photo_ids=[],
    )


def found_by(word):
    query = SearchQuery(word, config="simple")
    return set(Product.objects.filter(search=query).values_list("pk", flat=True))


def shown(product):
    body = pages.product_body(product.public_id, language="en")
    assert body is not None
    return body.filled()


def test_a_renamed_shops_goods_are_found_by_the_new_name_alone(hill_shop, honey, chen):
    write(hill_shop, honey)
    assert found_by("山里") == {honey.pk}
    before = shown(honey)
    assert "山里的小店" in before

    shopfront.change_sign(shop=hill_shop, sign=sign_of(hill_shop, name="云上茶园"), by=chen)

    assert found_by("山里") == set()
    assert found_by("茶园") == {honey.pk}
    assert found_by("蜂蜜") == found_by("一勺") == {honey.pk}
    assert "云上茶园" in shown(honey)
    assert "山里的小店" not in shown(honey)


def weights_of(product):
    """Return each word a product is found by, with the letters of its weights."""
    vector = str(Product.objects.values_list("search", flat=True).get(pk=product.pk))
    found = re.findall(r"'([^']+)':([0-9A-D,]+)", vector)
    return {word: set(re.findall("[A-D]", places)) for word, places in found}


def test_renaming_writes_what_saving_would(hill_shop, honey, chen):
    write(hill_shop, honey, description="茶园的蜂")
    shopfront.change_sign(shop=hill_shop, sign=sign_of(hill_shop, name="云上茶园"), by=chen)
    renamed = weights_of(honey)
    write(hill_shop, honey, description="茶园的蜂")

    assert renamed == weights_of(honey)
    assert "B" in renamed["茶园"]


def test_another_look_is_on_the_kept_pages_at_once(hill_shop, honey, chen):
    assert 'data-theme="tea"' in shown(honey)

    shopfront.change_sign(shop=hill_shop, sign=sign_of(hill_shop, theme="plum"), by=chen)

    assert 'data-theme="plum"' in shown(honey)
    shelf = pages.shop_body("shanli", language="en")
    assert shelf is not None
    assert 'data-theme="plum"' in shelf.filled()
    honey.refresh_from_db()
    assert honey.version == 1


@pytest.mark.parametrize("changed", [{"shipping_minor": 800}, {"return_days": 14}])
def test_changed_terms_make_every_product_another_version(hill_shop, honey, chen, changed):
    shown(honey)
    hidden = write(hill_shop, title="核桃")

    shopfront.change_terms(shop=hill_shop, terms=terms_of(hill_shop, **changed), by=chen)

    versions = Product.objects.filter(pk__in=[honey.pk, hidden.pk]).values_list(
        "version", flat=True
    )
    assert list(versions) == [2, 2]
    assert '<input type="hidden" name="version" value="2">' in shown(honey)
    assert AuditEvent.objects.get().act == "shop.terms_changed"


def test_terms_saved_as_they_were_change_nothing(hill_shop, honey, chen):
    shopfront.change_terms(shop=hill_shop, terms=terms_of(hill_shop), by=chen)

    honey.refresh_from_db()
    assert honey.version == 1
    assert not AuditEvent.objects.exists()


def test_another_commission_makes_another_version(hill_shop, honey):
    only = honey.variants.get()
    saved = listing.save_draft(
        shop=hill_shop,
        product=honey,
        title=honey.title,
        description="",
        commission_bp=2000,
        category=None,
        variants=[listing.VariantInput(name="500g", price_minor=6800, id=only.pk)],
        photo_ids=[],
    )
    assert saved.version == 2


def test_a_page_read_under_the_old_terms_is_refused_at_the_bag(client, hill_shop, honey, jar, chen):
    shopfront.change_terms(shop=hill_shop, terms=terms_of(hill_shop, return_days=14), by=chen)

    old = {"variant": jar.pk, "quantity": 1, "version": 1, "act": "add"}
    assert client.post("/bag", old).status_code == 409
    assert client.post("/bag", old | {"version": 2}).status_code == 302


def test_a_listing_approved_while_its_shop_is_renamed_and_edited(hill_shop, honey, chen):
    hill_shop.trusted_at = None
    hill_shop.save()
    held = screening.hold(product=honey, cause=Hold.Cause.NEW_SHOP)
    sign = sign_of(hill_shop, name="云上茶园")

    outcomes = together(
        lambda: screening.approve(hold=held),
        lambda: shopfront.change_sign(shop=hill_shop, sign=sign, by=chen),
        lambda: write(hill_shop, honey, title="另一件"),
    )

    approved = outcomes[0]
    honey.refresh_from_db()
    assert outcomes[1] is None
    assert isinstance(outcomes[2], Product)
    if isinstance(approved, Product):  # the moderator was first: what is live was seen
        assert honey.state == "live"
    else:
        assert isinstance(approved, screening.ListingMoved)
        assert honey.state == "held"


def test_renaming_while_listing_leaves_no_product_under_the_old_name(hill_shop, honey, chen):
    write(hill_shop, honey)
    sign = sign_of(hill_shop, name="云上茶园")

    outcomes = together(
        lambda: shopfront.change_sign(shop=hill_shop, sign=sign, by=chen),
        *[lambda: write(hill_shop, title="核桃")] * 4,
    )

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert found_by("山里") == set()
    assert len(found_by("茶园")) == 5


@pytest.mark.parametrize("guard", ["on", "off"])
def test_a_listing_written_across_a_renaming(hill_shop, honey, chen, monkeypatch, guard):
    """With the shop unlocked its words are those of the old name, for good."""
    write(hill_shop, honey)
    has_read, is_renamed = threading.Event(), threading.Event()
    index = listing._index

    def late(product):
        has_read.set()
        is_renamed.wait(timeout=1)
        index(product)

    def rename():
        has_read.wait(timeout=20)
        sign = sign_of(hill_shop, name="云上茶园")
        shopfront.change_sign(shop=hill_shop, sign=sign, by=chen)
        is_renamed.set()

    monkeypatch.setattr(listing, "_index", late)
    if guard == "off":
        monkeypatch.setattr(listing, "locked", list)

    outcomes = together(lambda: write(hill_shop, title="核桃"), rename)

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert len(found_by("山里")) == (0 if guard == "on" else 1)


@pytest.mark.parametrize("guard", ["on", "off"])
def test_a_listing_approved_across_an_edit(hill_shop, honey, chen, monkeypatch, guard):
    """With the listing unlocked, what nobody has judged goes on sale."""
    Rule.objects.all().delete()
    Rule.objects.create(code="C-12", words=["分装"], reason_zh="分", reason_en="d")
    held = screening.hold(product=honey, cause=Hold.Cause.NEW_SHOP)
    has_looked, is_edited = threading.Event(), threading.Event()
    digest = screening.digest

    def looked_at(product):
        seen = digest(product)
        has_looked.set()
        is_edited.wait(timeout=1)
        return seen

    def edit():
        has_looked.wait(timeout=20)
        write(hill_shop, honey, title="口红分装")
        is_edited.set()

    monkeypatch.setattr(screening, "digest", looked_at)
    if guard == "off":
        monkeypatch.setattr(screening, "locked", list)

    outcomes = together(lambda: screening.approve(hold=held), edit)

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    honey.refresh_from_db()
    assert (honey.title, honey.state) == ("口红分装", "held" if guard == "on" else "live")
