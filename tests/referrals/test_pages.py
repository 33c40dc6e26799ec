"""Sharing, earnings and sharers: one's own pages, in words, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from catalog.models import Endorsement, Receipt
from kit import clock
from referrals import clicks, commissions, links
from referrals.models import Click, ShareLink
from shops.models import Membership
from tests.conftest import NOON
from tests.referrals.money import WEEK, complete, pay_in, pay_out, take_back


@pytest.fixture
def english():
    return Client(headers={"accept-language": "en"})


def test_a_stranger_is_asked_to_sign_in_first(english, honey, link):
    for path in (f"/p/{honey.public_id}/share", "/me/earnings", "/me/earnings/L1", "/shop/sharers"):
        answer = english.get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/?next=/")
    assert ShareLink.objects.count() == 1


def test_the_share_sheet_has_the_link_and_what_it_earns(english, honey, xiaoyu):
    english.force_login(xiaoyu)
    page = english.get(f"/p/{honey.public_id}/share").content.decode()

    link = ShareLink.objects.get(person=xiaoyu)
    assert f'value="http://localhost:8000/s/{link.code}"' in page
    assert "You earn ¥6.80 on each sale" in page
    assert "7 days after they received it" in page
    assert "they may earn ¥6.80 if you buy" in page
    assert "(I may earn ¥6.80 if you buy)" in page
    assert 'class="qr"' in page
    assert f'href="/p/{honey.public_id}/share/kit"' in page
    assert f'src="/p/{honey.public_id}/share/persimmon.jpg"' in page
    assert "style=" not in page


def test_sharing_again_gives_the_same_link(english, honey, xiaoyu):
    english.force_login(xiaoyu)
    for _ in range(3):
        answer = english.post(f"/p/{honey.public_id}/share")
        assert answer["Location"] == f"/p/{honey.public_id}/share"
        english.get(f"/p/{honey.public_id}/share")

    assert ShareLink.objects.count() == 1


def test_staff_are_told_that_their_link_earns_nothing(english, honey, chen):
    english.force_login(chen)
    page = english.get(f"/p/{honey.public_id}/share").content.decode()

    assert "this link earns you nothing" in page
    assert "may earn" not in page


def test_a_product_off_the_shelf_cannot_be_shared(english, honey, xiaoyu):
    honey.state = "unlisted"
    honey.save()
    english.force_login(xiaoyu)

    assert english.get(f"/p/{honey.public_id}/share").status_code == 410
    assert english.post(f"/p/{honey.public_id}/share").status_code == 410
    assert english.get("/p/0000000000/share").status_code == 404
    assert not ShareLink.objects.exists()


def test_what_a_sharer_says_carries_that_they_may_earn(honey, jar, linwei):
    receipt = Receipt.objects.create(
        line_key="R",
        person=linwei,
        product=honey,
        variant=jar,
        quantity=1,
        net_paid_minor=1,
        received_at=clock.now(),
        keeps_from=clock.now(),
    )
    said = Endorsement.objects.create(
        person=linwei, product=honey, receipt=receipt, verdict="yes", words="好"
    )

    links.link_for(person=linwei, product=honey)

    said.refresh_from_db()
    assert said.earns is True


def test_earnings_before_the_first_sale_invite(english, xiaoyu):
    english.force_login(xiaoyu)

    assert "Nothing earned yet" in english.get("/me/earnings").content.decode()


def test_earnings_show_figures_rows_and_weeks(english, held, linwei):
    english.force_login(linwei)
    page = english.get("/me/earnings").content.decode()

    assert "¥10.20" in page
    assert "+¥6.80" in page
    assert page.count('<rect class="bar') == 12
    assert "this week ¥10.20" in page
    assert "Held until" in page
    assert 'href="/me/earnings/L1"' in page
    assert "周晓雨" not in page


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 40, "１"])
def test_a_page_that_does_not_exist_shows_the_nearest(english, held, linwei, number):
    english.force_login(linwei)

    assert english.get(f"/me/earnings?page={number}").status_code == 200


def test_each_row_opens_its_story_to_its_sharer_alone(english, held, linwei, xiaoyu, chen):
    english.force_login(linwei)
    page = english.get("/me/earnings/L1").content.decode()
    steps = page[page.index("Step by step") :]
    told = [
        steps.index(words)
        for words in ("A person opened your link", "Ordered", "Paid", "Received", "Return window")
    ]
    assert told == sorted(told)
    assert "10% of the ¥68.00 paid for the goods at 山里的小店" in page
    assert "周晓雨" not in page

    for other in (xiaoyu, chen):
        english.force_login(other)
        assert english.get("/me/earnings/L1").status_code == 404


@pytest.mark.parametrize("key", ["nothing", "0", "%F0%9F%8D%AF", "x" * 500, "L1'--"])
def test_a_line_that_is_not_there_is_a_404(english, linwei, key):
    english.force_login(linwei)

    assert english.get(f"/me/earnings/{key}").status_code == 404


def test_the_stories_of_the_unhappy_ends_say_so(english, brought, linwei):
    pay_in()
    commissions.paid(line_key="L1", at=NOON)
    commissions.void(line_key="L1", at=NOON)
    commissions.paid(line_key="L2", at=NOON)
    complete("L2")
    take_back("L2", 3400)
    english.force_login(linwei)

    assert "nothing is earned" in english.get("/me/earnings/L1").content.decode()
    assert "¥3.40 taken back" in english.get("/me/earnings/L2").content.decode()
    assert english.get("/me/earnings").status_code == 200


def test_a_released_commission_is_yours(english, held, linwei):
    with clock.stopped_at(NOON + WEEK + timedelta(hours=1)):
        commissions.release_due(clock.now())
        english.force_login(linwei)
        page = english.get("/me/earnings").content.decode()

    assert 'href="/me/wallet"' in page
    assert "Withdraw" in page


def test_a_vendor_sees_who_shares_and_what_it_costs(english, held, chen, link):
    for kind in ("human", "human", "bot"):
        clicks.note(link_id=link.pk, kind=Click.Kind(kind), visitor="", at=clock.now())
    clicks.drain(5)
    english.force_login(chen)
    page = english.get("/shop/sharers").content.decode()

    assert "10% of every sale" in page
    assert "3 clicks by people" in page  # two now, and the one whose click the order stored
    assert "1 order" in page
    assert "¥102.00 of goods" in page
    assert "¥10.20" in page
    assert "周晓雨" not in page


def test_nobody_shares_yet(english, chen, hill_shop):
    english.force_login(chen)

    assert "Nobody has shared your goods yet" in english.get("/shop/sharers").content.decode()


def test_a_packer_may_not_see_what_sharers_cost(english, hill_shop, xiaoyu, linwei):
    Membership.objects.create(shop=hill_shop, person=xiaoyu, role=Membership.Role.PACKER)
    english.force_login(xiaoyu)
    assert english.get("/shop/sharers").status_code == 404

    english.force_login(linwei)
    assert english.get("/shop/sharers")["Location"] == "/open"


@pytest.mark.parametrize("path", ["/me/earnings", "/me/earnings/L1", "/shop/sharers"])
def test_these_pages_are_only_read(english, held, linwei, path):
    english.force_login(linwei)

    assert english.post(path).status_code == 405


def released(linwei):
    with clock.stopped_at(NOON + WEEK):
        commissions.release_due(clock.now())
    pay_out(linwei, 1020)


def test_below_zero_the_page_says_because_of_which_sale(english, held, linwei):
    released(linwei)
    with clock.stopped_at(NOON + WEEK + timedelta(hours=1)):
        take_back("L1", 6800)
        take_back("L2", 1700, refund=2)
        take_back("L2", 0, undoes=2)
        english.force_login(linwei)
        page = english.get("/me/earnings").content.decode()
        story = english.get("/me/earnings/L1").content.decode()

    assert "Below zero, because" in page
    assert page.count("refunded Sun 29 Nov") == 1  # the one that fell through is no reason
    assert "−¥6.80" in page
    assert "¥6.80 taken back" in story


def test_a_story_tells_each_reversal_in_its_place(english, held, linwei):
    take_back("L1", 3400)
    released_at = NOON + WEEK
    with clock.stopped_at(released_at):
        commissions.release_due(clock.now())
    with clock.stopped_at(released_at + timedelta(days=1)):
        take_back("L1", 5100, refund=2)
        take_back("L1", 3400, undoes=2)
    english.force_login(linwei)

    page = english.get("/me/earnings/L1").content.decode()
    said = ["Received", "¥3.40 taken back", "Yours to withdraw", "¥1.70 taken back", "¥1.70 counts"]
    places = [page.index(words) for words in said]
    assert places == sorted(places)


def test_what_waits_for_a_refund_says_so(english, held, linwei):
    commissions.wait(line_keys=["L1"])
    english.force_login(linwei)

    assert "Waits until a refund" in english.get("/me/earnings/L1").content.decode()


def test_the_earnings_file_has_every_row_and_runs_nothing(english, held, linwei, honey):
    type(honey).objects.update(title="@SUM(1)")
    take_back("L1", 3400)
    english.force_login(linwei)

    answer = english.get("/me/earnings.csv")
    text = b"".join(answer.streaming_content).decode()

    head, *rows = text.removeprefix("\ufeff").splitlines()
    assert text.startswith("\ufeff")
    assert head.startswith(
        'Ordered,Product,Shop,Paid for the goods,"Rate, %",Commission,Taken back'
    )
    first = next(row for row in rows if ",6.80," in row).split(",")
    assert first[1] == "'@SUM(1)"
    assert first[3:10] == ["68.00", "10.00", "6.80", "3.40", "3.40", "CNY", "In the return window"]
    assert len(rows) == 2
    chinese = english.get("/me/earnings.csv", HTTP_ACCEPT_LANGUAGE="zh-hans")
    assert b"".join(chinese.streaming_content).decode().startswith("\ufeff已下单,商品")


def test_the_earnings_file_is_ones_own(english, held, xiaoyu):
    assert english.get("/me/earnings.csv").status_code == 302
    english.force_login(xiaoyu)
    text = b"".join(english.get("/me/earnings.csv").streaming_content).decode()
    assert len(text.splitlines()) == 1
    assert english.post("/me/earnings.csv").status_code == 405
