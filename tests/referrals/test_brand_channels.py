"""What is opened where its certificate does not allow it is flagged, once enough people did."""

from __future__ import annotations

from datetime import timedelta

import pytest

from catalog import authorising, brands, listing
from catalog.authorising import Scope
from catalog.brands import BrandInput
from catalog.models import BrandFlag, Certificate
from kit import clock
from referrals import brand_channels, links
from referrals.channels import Channel
from referrals.models import ClickHour


@pytest.fixture
def link(honey, jar, hill_shop, linwei, xiaoyu, wulan, noon):
    """Lin Wei's link to honey of a brand that may be shown on WeChat alone."""
    written = BrandInput("山蜜", "Shanmi", [], "CNIPA", "1", "block")
    brand = brands.verify(brand=brands.register(owner=xiaoyu, written=written), moderator=wulan)
    now = clock.now()
    scope = Scope(starts_at=now, ends_at=now + timedelta(days=9), channels=["wechat"])
    authorising.issue(brand=brand, shop=hill_shop, scope=scope, by=xiaoyu)
    listing.save_draft(
        shop=hill_shop,
        product=honey,
        title="山蜜",
        description="",
        commission_bp=None,
        category=None,
        variants=[listing.VariantInput(name="500g", price_minor=6800, id=jar.pk)],
        photo_ids=[],
    )
    return links.link_for(person=linwei, product=honey)


def opened(link, channel, people, *, hours_ago=1):
    at = clock.now() - timedelta(hours=hours_ago)
    ClickHour.objects.create(link=link, hour=at, channel=channel, humans=people)


def test_a_handful_of_people_in_a_day_makes_a_flag(link, honey):
    opened(link, "weibo", 4)
    assert brand_channels.look() == 0

    opened(link, "weibo", 1, hours_ago=3)
    assert brand_channels.look() == 1
    assert brand_channels.look() == 0
    flag = BrandFlag.objects.get()
    assert (flag.kind, flag.product) == ("channel", honey)


@pytest.mark.parametrize(
    ("channel", "hours_ago"), [("wechat", 1), ("", 1), ("poster", 1), ("weibo", 25)]
)
def test_what_is_allowed_unknown_or_long_ago_makes_none(link, channel, hours_ago):
    opened(link, channel, 50, hours_ago=hours_ago)

    assert brand_channels.look() == 0


def test_a_certificate_without_channels_forbids_none(link):
    Certificate.objects.update(channels=[])
    opened(link, "weibo", 50)

    assert brand_channels.look() == 0


def test_the_channels_of_a_certificate_are_those_of_an_address():
    assert set(Certificate.Channel.values) <= set(Channel.values)
