"""What the catalogue's tests stand on."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from catalog import authorising, brands, endorsing, listing
from catalog.authorising import Scope
from catalog.brands import BrandInput
from catalog.listing import VariantInput
from catalog.models import Rule
from kit import clock
from people.models import Friendship, Person
from shops.models import Membership
from tests.passkeys import sign_in_twice


def drawn(colour: str) -> bytes:
    """A JPEG of 1200 x 900, as a phone sends it."""
    out = BytesIO()
    Image.new("RGB", (1200, 900), colour).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def picture():
    return drawn("#cc8822")


@pytest.fixture
def packer(hill_shop, xiaoyu):
    """Xiaoyu packs parcels in Chen's shop."""
    Membership.objects.create(shop=hill_shop, person=xiaoyu, role="packer")
    return xiaoyu


@pytest.fixture
def rule(db):
    """The one rule of the test."""
    Rule.objects.all().delete()
    return Rule.objects.create(
        code="C-12", words=["分装"], reason_zh="不能分装", reason_en="No decants"
    )


@pytest.fixture
def friends(linwei, xiaoyu):
    """Lin Wei and Xiaoyu are friends."""
    low, high = sorted([linwei, xiaoyu], key=lambda person: person.pk)
    return Friendship.objects.create(low=low, high=high)


@pytest.fixture
def received(honey, jar):
    """Let a person receive a jar: ``received(linwei)``."""

    def receive(person, *, key="line:1"):
        now = clock.now()
        return endorsing.receive(
            line_key=f"{key}:{person.pk}",
            person=person,
            product_id=honey.pk,
            variant_id=jar.pk,
            quantity=1,
            net_paid_minor=6800,
            received_at=now,
            keeps_from=now + timedelta(days=7),
        )

    return receive


@pytest.fixture
def says(honey, received):
    """Let a person receive and endorse honey: ``says(linwei, words="…")``."""

    def say(person, *, verdict="yes", words="好吃", visibility="everyone"):
        received(person)
        return endorsing.endorse(
            person=person,
            product=honey,
            verdict=verdict,
            words=words,
            visibility=visibility,
            language="zh-hans",
        )

    return say


@pytest.fixture
def desk(client, hill_shop, chen):
    """Chen at her desk."""
    client.force_login(chen)
    return client


SHANMI = BrandInput("山蜜", "Shanmi", ["山蜜牌"], "CNIPA", "12345678", "block")
FUJI = BrandInput("富士", "Fuji", [], "CNIPA", "22222222", "block")


@pytest.fixture
def mei(db):
    """Mei owns the brand Shanmi."""
    return Person.objects.create_user(name="梅姐", email="mei@example.test", language="en")


@pytest.fixture
def registered(mei, noon):
    """Shanmi, as Mei wrote it down; nobody has looked at it."""
    return brands.register(owner=mei, written=SHANMI)


@pytest.fixture
def shanmi(registered, wulan):
    """Shanmi, verified; listings without a certificate are held back."""
    return brands.verify(brand=registered, moderator=wulan)


@pytest.fixture
def issued(shanmi, hill_shop, mei):
    """Issue Chen's shop a certificate: ``issued(days=30)``, from now on."""

    def issue(*, days=30, starts_in=0, **scope):
        now = clock.now()
        return authorising.issue(
            brand=shanmi,
            shop=hill_shop,
            by=mei,
            scope=Scope(
                starts_at=now + timedelta(days=starts_in),
                ends_at=now + timedelta(days=days),
                **scope,
            ),
        )

    return issue


@pytest.fixture
def writes(hill_shop, honey, jar):
    """Let Chen write the honey anew: ``writes("山蜜 土蜂蜜")``."""

    def write(title="山蜜 土蜂蜜", *, description="", price_minor=6800, category=None):
        return listing.save_draft(
            shop=hill_shop,
            product=honey,
            title=title,
            description=description,
            commission_bp=None,
            category=category,
            variants=[VariantInput(name="500g", price_minor=price_minor, id=jar.pk)],
            photo_ids=[],
        )

    return write


@pytest.fixture
def her(client, mei):
    """Mei, signed in, in English."""
    client.force_login(mei)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def moderator(client, wulan):
    sign_in_twice(client, wulan)
    client.cookies["django_language"] = "en"
    return client
