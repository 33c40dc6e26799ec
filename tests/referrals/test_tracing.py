"""The trace: staff read every click and its rule, a sharer plain words and no names."""

import re
from datetime import timedelta

import pytest

from people.models import Person, StaffRole
from referrals import claiming, commissions, links, provenance
from referrals.models import Candidate, Commission
from referrals.rules import TO_SHARER, Rule
from referrals.touches import Touch
from tests.conftest import NOON
from tests.passkeys import sign_in_twice
from tests.referrals.conftest import order, touch_of

TRACE = "/desk/orders/0RDER00001/attribution"


@pytest.fixture
def two_clicks(noon, hill_shop, xiaoyu, link, hao, honey):
    """Hao's link was opened two hours before the order, Lin Wei's one, the owner's last."""
    haos = links.link_for(person=hao, product=honey)
    owners = links.link_for(person=hill_shop.owner, product=honey)
    touches = [
        touch_of(haos, ago=timedelta(hours=2)),
        touch_of(link),
        touch_of(owners, ago=timedelta(minutes=5)),
    ]
    return order(hill_shop, xiaoyu, touches)


@pytest.fixture
def desk(client, wulan):
    """A browser in which Wulan, of the house, is signed in twice, in English."""
    sign_in_twice(client, wulan)
    client.cookies["django_language"] = "en"
    return client


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_staff_see_each_click_and_the_rule(desk, two_clicks):
    shown = text_of(desk.get(TRACE))

    assert "林薇 brought order 0RDER00001" in shown
    assert "brought the order" in shown
    assert "another link was clicked later" in shown
    assert "the sharer works in the shop" in shown
    assert "晓雨" not in shown
    assert "on another device" not in shown


def test_an_order_nobody_brought_is_explained_too(desk, noon, hill_shop, xiaoyu, linwei, link):
    assert order(hill_shop, xiaoyu, [touch_of(link, ago=timedelta(days=16))]) is None

    shown = text_of(desk.get(TRACE))
    assert "Nobody brought order 0RDER00001" in shown
    assert "clicked longer ago than the shop counts" in shown


def test_an_order_is_found_by_its_number(desk, two_clicks):
    answer = desk.get("/desk/attribution", {"order": "0rder00001"})

    assert (answer.status_code, answer["Location"]) == (302, TRACE)
    assert desk.get("/desk/attribution").status_code == 200


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("ZZZZZZZZZZ", "No share link was considered for an order of this number."),
        ("", "This field is required."),
        ("0RDER", "An order number has ten letters and figures."),
        ("٠١٢٣٤٥٦٧٨٩", "An order number has ten letters and figures."),
        ("蜂" * 10, "An order number has ten letters and figures."),
        ("9" * 5000, "An order number has ten letters and figures."),
    ],
)
def test_a_number_that_leads_nowhere_is_said_beside_the_field(desk, db, number, said):
    answer = desk.get("/desk/attribution", {"order": number})

    assert answer.status_code == 422
    assert said in text_of(answer)


@pytest.mark.parametrize("path", [TRACE, "/desk/attribution"])
def test_for_everybody_else_it_does_not_exist(client, two_clicks, linwei, path):
    assert client.get(path).status_code == 302
    client.force_login(linwei)
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


@pytest.mark.parametrize(
    ("role", "desk_of_theirs"),
    [("moderator", "/desk/"), ("finance", "/desk/money"), ("support", "/me"), ("admin", "/desk/")],
)
def test_every_role_of_the_house_may_explain(client, two_clicks, hao, role, desk_of_theirs):
    """The page is linked from where each role begins, and leads back there."""
    StaffRole.objects.create(person=hao, role=role)
    sign_in_twice(client, hao)

    assert 'href="/desk/attribution"' in client.get(desk_of_theirs).content.decode()
    assert f'href="{desk_of_theirs}"' in client.get("/desk/attribution").content.decode()

    assert client.get(TRACE).status_code == 200
    assert client.get("/desk/orders/ZZZZZZZZZZ/attribution").status_code == 404
    assert client.post(TRACE).status_code == 405


def test_a_trace_costs_no_more_with_more_clicks(
    desk, noon, hill_shop, xiaoyu, honey, django_assert_num_queries
):
    for number in range(7):
        someone = Person.objects.create_user(name=f"P{number}", email=f"p{number}@a.test")
        touch = touch_of(links.link_for(person=someone, product=honey))
        claiming.claim(person=xiaoyu, touches=[touch])
    order(hill_shop, xiaoyu, [])

    desk.get(TRACE)  # templates
    with django_assert_num_queries(5):
        shown = text_of(desk.get(TRACE))
    assert shown.count("on another device") == 7


def test_the_sharer_reads_why_it_is_theirs_and_nobodys_name(client, two_clicks, linwei, hao):
    client.cookies["django_language"] = "en"
    client.force_login(linwei)

    shown = text_of(client.get("/me/earnings/L1"))

    assert "The buyer came by your link." in shown
    assert "One other link had been opened too; the last one that counts has it." in shown
    assert "A link that was opened later could not count for this order." in shown
    assert "Who bought is their own affair, and is not shown." in shown
    assert "晓雨" not in shown
    assert "阿浩" not in shown
    assert "the sharer works in the shop" not in shown


def test_a_buyer_who_wishes_it_is_named(client, noon, hill_shop, xiaoyu, link, linwei):
    touch = Touch(touch_of(link).click_id, link.pk, link.shop_id, NOON, "wechat")
    attribution = order(hill_shop, xiaoyu, [touch], tells_name=True)
    commissions.paid(line_key="L1", at=NOON)
    client.cookies["django_language"] = "en"
    client.force_login(linwei)

    shown = text_of(client.get("/me/earnings/L1"))
    assert "晓雨 bought it, and wanted you to know." in shown
    assert "The buyer came by the link you sent by WeChat." in shown
    assert "No other link was opened that could have counted." in shown
    assert "Who bought is their own affair" not in shown

    Person.objects.filter(pk=xiaoyu.pk).update(is_active=False)
    attribution.refresh_from_db()
    assert provenance.buyer_told(attribution) == ""


def test_a_guest_has_no_name_to_tell(noon, hill_shop, link):
    attribution = order(hill_shop, None, [touch_of(link)], tells_name=True)

    assert attribution.tells_name is False
    assert provenance.buyer_told(attribution) == ""


def test_every_rule_has_a_word_for_the_sharer_but_those_nobody_can_be_told_of():
    assert set(TO_SHARER) == set(Rule) - {Rule.NO_SUCH_LINK, Rule.BLOCKED}


def test_what_was_considered_is_kept_for_each_sharer(two_clicks, linwei, hao, hill_shop):
    kept = Candidate.objects.values_list("link__person", "rule", "judged_at")

    assert set(kept) == {
        (linwei.pk, "taken", NOON),
        (hao.pk, "older", NOON),
        (hill_shop.owner_id, "own shop", NOON),
    }
    assert Commission.objects.get().sharer == linwei
