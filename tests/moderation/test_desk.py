"""The desk: who may sit at it, what it shows, what its buttons do."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import listing
from catalog.models import Hold, Product, Variant
from moderation import queue
from moderation.deciding import approve, send_back
from moderation.models import Decision
from people.models import StaffRole
from shops.models import Membership
from tests.passkeys import sign_in_twice


@pytest.fixture
def desk(client, wulan):
    sign_in_twice(client, wulan)
    return client


def paths(hold):
    return ["/desk/", "/desk/decisions", f"/desk/{hold.public_id}"]


def test_for_everybody_else_there_is_no_desk(client, hold, chen):
    for path in paths(hold):
        assert client.get(path).status_code == 302
        assert client.get(path)["Location"].startswith("/accounts/login/?next=/desk/")
    client.force_login(chen)
    for path in paths(hold):
        assert client.get(path).status_code == 404
    assert client.post(paths(hold)[2], {"verdict": "approved"}).status_code == 404
    assert not Decision.objects.exists()


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("finance", 404), ("support", 404)])
def test_which_roles_sit_at_the_desk(client, hold, linwei, role, status):
    StaffRole.objects.create(person=linwei, role=role)
    sign_in_twice(client, linwei)

    assert [client.get(path).status_code for path in paths(hold)] == [status] * 3


def test_who_proved_themselves_once_shows_a_passkey_before_any_page(client, hold, wulan):
    client.force_login(wulan)

    for path in paths(hold):
        answer = client.get(path)
        assert answer["Location"] == f"/accounts/2fa/first/?next={path}"
    answer = client.post(paths(hold)[2], {"verdict": "approved"})
    assert answer["Location"].startswith("/accounts/2fa/first/?next=/desk/")
    assert not Decision.objects.exists()


def test_the_oldest_waits_at_the_top_with_its_cause(desk, hold, later_hold):
    page = desk.get("/desk/").content.decode()

    rows = page[page.index('id="list"') :]
    assert rows.index("口红 3.5g") < rows.index("核桃")
    assert "T-12 · 分装" in page
    assert "新店</span>" in page
    assert "1小时前" in page  # 72 minutes
    assert "超时" not in page
    assert [int(n) for n in re.findall(r"(?:全部|新店|规则) (\d+)</a>", page)] == [2, 1, 1]


def test_past_the_target_the_desk_says_late(desk, hold, noon):
    Hold.objects.update(created_at=noon - timedelta(minutes=121))

    assert "超时" in desk.get("/desk/").content.decode()
    Hold.objects.update(created_at=noon - timedelta(minutes=120))
    assert queue.waiting().is_late is False


def test_a_chip_narrows_the_list(desk, hold, later_hold):
    page = desk.get("/desk/?cause=new_shop").content.decode()

    rows = page[page.index('id="list"') : page.index("</section>")]
    assert "核桃" in rows
    assert "口红" not in rows
    assert desk.get("/desk/?cause=%27;--").status_code == 200


def test_an_empty_desk_says_so(desk, db):
    assert "没有待审的商品" in desk.get("/desk/").content.decode()
    assert "还没有决定" in desk.get("/desk/decisions").content.decode()


def test_the_word_a_rule_saw_is_marked_past_blanks(desk, hold):
    page = desk.get(f"/desk/{hold.public_id}").content.decode()

    assert "正品，<mark>分 装</mark>小样。" in page
    assert "命中规则 T-12：“分装”。" in page


@pytest.mark.parametrize(
    ("text", "matched", "hits"),
    [
        ("Secure CURE, cure", "cure", ["CURE", "cure"]),
        ("100% 山羊绒", "100%山羊绒", ["100% 山羊绒"]),
        ("分\n装", "分装", []),
        ("分_ 装", "分装", ["分_ 装"]),
        ("a.b axb", "a.b", ["a.b"]),
        ("nothing", "", []),
        ("", "x", []),
        ("！！", "！", []),
    ],
)
def test_where_a_word_is_marked(text, matched, hits):
    pieces = queue.pieces_of(text, matched)

    assert [piece.text for piece in pieces if piece.is_hit] == hits
    assert "".join(piece.text for piece in pieces) == text


def test_the_reason_is_ready_in_the_vendors_language(desk, hold, chen):
    assert "分装化妆品不能销售。</textarea>" in desk.get(f"/desk/{hold.public_id}").content.decode()
    chen.language = "en"
    chen.save()
    page = desk.get(f"/desk/{hold.public_id}").content.decode()
    assert "Decanted cosmetics may not be sold.</textarea>" in page


def test_a_verdict_leads_on_to_the_next_listing(desk, hold, later_hold):
    answer = desk.post(f"/desk/{hold.public_id}", {"verdict": "approved", "reason": "没用到"})

    assert (answer.status_code, answer["Location"]) == (302, f"/desk/{later_hold.public_id}")
    assert Decision.objects.get().reason == ""
    answer = desk.post(f"/desk/{later_hold.public_id}", {"verdict": "returned", "reason": "换图"})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    assert Product.objects.get(pk=later_hold.product_id).state == "returned"


def test_what_changed_under_the_moderators_eyes_is_looked_at_again(desk, hold, lipstick):
    path = f"/desk/{hold.public_id}"
    sent = {"verdict": "approved", "seen": desk.get(path).context["seen"]}
    assert f'name="seen" value="{sent["seen"]}"' in desk.get(path).text
    lipstick.description = "全新正品。加我私下转账。"
    lipstick.save()

    answer = desk.post(path, sent)
    assert answer.status_code == 409
    assert path in answer.text
    assert not Decision.objects.exists()
    assert Product.objects.get(pk=lipstick.pk).state == "held"

    sent["seen"] = desk.get(path).context["seen"]
    assert desk.post(path, sent).status_code == 302
    assert Product.objects.get(pk=lipstick.pk).state == "live"


@pytest.mark.parametrize("seen", ["x" * 65, "\x00", "不"])
def test_a_digest_nobody_made_approves_nothing(desk, hold, lipstick, seen):
    path = f"/desk/{hold.public_id}"
    answer = desk.post(path, {"verdict": "approved", "seen": seen})

    assert answer.status_code in {409, 422}
    assert Product.objects.get(pk=lipstick.pk).state == "held"


@pytest.mark.parametrize(
    "sent",
    [
        {"verdict": "returned", "reason": ""},
        {"verdict": "returned", "reason": "\u200b\u202e "},
        {"verdict": "returned", "reason": "长" * 501},
        {"verdict": "returned", "reason": "a\x00b"},
        {"verdict": "", "reason": "x"},
        {"verdict": "burn", "reason": "x"},
        {"reason": "x"},
        {},
    ],
)
def test_what_needs_mending_is_asked_again_and_nothing_is_decided(desk, hold, sent):
    answer = desk.post(f"/desk/{hold.public_id}", sent)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Decision.objects.exists()
    assert Hold.objects.get().state == "waiting"


def test_who_comes_second_is_told_that_it_has_moved_on(desk, hold, second_moderator):
    approve(hold=hold, moderator=second_moderator)

    answer = desk.post(f"/desk/{hold.public_id}", {"verdict": "returned", "reason": "晚了"})

    assert answer.status_code == 409
    assert Decision.objects.get().verdict == "approved"
    assert Product.objects.get(pk=hold.product_id).state == "live"


def test_ones_own_shop_is_for_another_moderator(desk, hold, hill_shop, wulan):
    Membership.objects.create(shop=hill_shop, person=wulan, role="packer")
    page = desk.get(f"/desk/{hold.public_id}").text
    assert "要由另一位审核员来看" in page
    assert 'name="verdict"' not in page

    answer = desk.post(f"/desk/{hold.public_id}", {"verdict": "approved"})

    assert answer.status_code == 409
    assert "这是你自己的店" in answer.content.decode()
    assert not Decision.objects.exists()


def test_a_decided_listing_shows_who_and_why_and_no_buttons(desk, hold, second_moderator):
    send_back(hold=hold, moderator=second_moderator, reason="请换成完整包装。")

    page = desk.get(f"/desk/{hold.public_id}").content.decode()

    assert "老李 已退回" in page
    assert "请换成完整包装。" in page
    assert 'id="approve"' not in page


def test_decisions_stand_newest_first_with_their_reasons(desk, hold, later_hold, wulan):
    approve(hold=later_hold, moderator=wulan)
    send_back(hold=hold, moderator=wulan, reason="请换成完整包装。")

    page = desk.get("/desk/decisions").content.decode()

    assert page.index("口红 3.5g") < page.index("核桃")
    assert "请换成完整包装。" in page


def test_the_shop_record_counts_what_was(hold, later_hold, honey, hill_shop, wulan, noon):
    hill_shop.opened_at = noon - timedelta(days=41, hours=5)
    approve(hold=later_hold, moderator=wulan)
    send_back(hold=hold, moderator=wulan, reason="x")

    record = queue.record_of(hill_shop)

    assert (record.days, record.live, record.approved, record.returned) == (41, 2, 1, 1)
    assert record.completed_orders == 0


def test_next_and_earlier_walk_the_queue(hold, later_hold):
    assert queue.next_after(hold) == later_hold
    assert queue.next_after(later_hold) == hold  # round to the oldest
    assert queue.before(later_hold) == hold
    assert queue.before(hold) is None


@pytest.mark.parametrize("name", ["0000000000", "decisionsx", "AAAAAAAAAA"])
def test_a_listing_that_is_not_there_is_a_404(desk, db, name):
    assert desk.get(f"/desk/{name}").status_code == 404
    assert desk.post(f"/desk/{name}", {"verdict": "approved"}).status_code == 404


def test_other_methods_are_refused(desk, hold):
    assert desk.post("/desk/").status_code == 405
    assert desk.post("/desk/decisions").status_code == 405
    assert desk.delete(f"/desk/{hold.public_id}").status_code == 405


def test_the_queue_asks_the_same_few_questions_with_5_and_with_30(desk, hill_shop, hold, noon):
    def hold_more(count):
        for number in range(count):
            product = Product.objects.create(shop=hill_shop, title=f"核桃{number}", state="held")
            Variant.objects.create(product=product, price_minor=2000)
            Hold.objects.create(product=product, cause="new_shop", created_at=noon)

    hold_more(4)
    with_five = queries_of(desk)
    hold_more(25)

    assert queries_of(desk) == with_five


def queries_of(desk):
    with CaptureQueriesContext(connection) as asked:
        assert desk.get("/desk/").status_code == 200
    return len(asked)


def test_what_was_sent_back_and_comes_again_says_so(desk, later_hold, wulan, chen):
    send_back(hold=later_hold, moderator=wulan, reason="请换图")
    listing.publish(product=later_hold.product, by=chen)
    again = Hold.objects.waiting().get()

    queue_page = desk.get("/desk/?cause=again").text
    page = desk.get(f"/desk/{again.public_id}").text

    assert "再次提交 1" in queue_page
    assert "核桃" in queue_page
    assert "之前退回过" in page
    assert "请换图" in page
