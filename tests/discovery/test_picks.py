"""Friends' picks: person by person, and nobody else's business."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from discovery import picks
from people.models import Block
from tests.discovery.conftest import befriend, put_on_sale, recommend


def summary(viewer):
    return [
        (shelf.person.name, shelf.count, [card.title for card in shelf.cards])
        for shelf in picks.shelves(viewer)
    ]


def test_friends_stand_in_the_order_of_their_newest_pick(linwei, chen, xiaoyu, scarf_shop):
    befriend(linwei, xiaoyu)
    befriend(chen, xiaoyu)
    red, blue = put_on_sale(scarf_shop, "红围巾"), put_on_sale(scarf_shop, "蓝围巾")
    recommend(chen, red, "暖和", days_ago=2)
    recommend(linwei, blue, "不起球", days_ago=1)
    recommend(linwei, red, days_ago=5)

    assert summary(xiaoyu) == [("林薇", 2, ["不起球", "红围巾"]), ("陈姐", 1, ["暖和"])]


def test_a_row_holds_eight_and_the_friends_own_page_all(client, linwei, xiaoyu, scarf_shop):
    befriend(linwei, xiaoyu)
    for number in range(11):
        recommend(linwei, put_on_sale(scarf_shop, f"围巾{number}"), days_ago=number)

    (shelf,) = picks.shelves(xiaoyu)
    everything = picks.shelf_of(xiaoyu, linwei.public_id)

    assert (shelf.count, len(shelf.cards)) == (11, 8)
    assert everything is not None
    assert (everything.count, len(everything.cards)) == (11, 11)


def test_only_a_friend_has_a_page_of_picks(client, linwei, xiaoyu, scarf_shop):
    recommend(linwei, put_on_sale(scarf_shop, "围巾"), visibility="everyone")
    client.force_login(xiaoyu)
    path = f"/friends/{linwei.public_id}"

    assert client.get(path).status_code == 404
    befriend(linwei, xiaoyu)
    assert client.get(path).status_code == 200
    Block.objects.create(blocker=linwei, blocked=xiaoyu)
    assert client.get(path).status_code == 404
    assert client.get("/friends/0000000000").status_code == 404


def test_a_friend_without_picks_has_an_empty_page(client, linwei, xiaoyu):
    befriend(linwei, xiaoyu)
    client.force_login(xiaoyu)

    assert "还没有推荐" in client.get(f"/friends/{linwei.public_id}").content.decode()


def test_a_blocked_vendors_goods_are_in_nobodys_row(linwei, xiaoyu, hao, scarf_shop):
    befriend(linwei, xiaoyu)
    recommend(linwei, put_on_sale(scarf_shop, "围巾"))
    Block.objects.create(blocker=xiaoyu, blocked=hao)

    assert summary(xiaoyu) == []


def test_so_so_words_and_words_to_the_shop_are_no_picks(linwei, xiaoyu, scarf_shop):
    befriend(linwei, xiaoyu)
    recommend(linwei, put_on_sale(scarf_shop, "红围巾"), verdict="so_so")
    recommend(linwei, put_on_sale(scarf_shop, "蓝围巾"), visibility="vendor")

    assert summary(xiaoyu) == []


def test_sold_out_picks_stay_and_say_so(linwei, xiaoyu, scarf_shop):
    befriend(linwei, xiaoyu)
    recommend(linwei, put_on_sale(scarf_shop, "围巾", available=0))

    assert [card.fact for card in picks.shelves(xiaoyu)[0].cards] == ["已售罄"]


def test_what_is_said_for_friends_is_kept_in_no_cache(client, linwei, xiaoyu):
    befriend(linwei, xiaoyu)
    client.force_login(xiaoyu)

    for path in ("/friends", f"/friends/{linwei.public_id}"):
        assert "no-store" in client.get(path)["Cache-Control"]


def test_a_friend_who_left_has_no_page_of_picks(client, linwei, xiaoyu):
    befriend(linwei, xiaoyu)
    linwei.is_active = False
    linwei.save()
    client.force_login(xiaoyu)

    assert client.get(f"/friends/{linwei.public_id}").status_code == 404


def test_a_stranger_is_asked_to_sign_in(client, db):
    page = client.get("/friends").content.decode()

    assert 'href="/accounts/login/?next=/friends"' in page
    assert client.get("/friends/0000000000").status_code == 302


def test_who_has_no_friends_yet_is_shown_where_to_find_them(client, linwei):
    client.force_login(linwei)

    page = client.get("/friends").content.decode()

    assert "朋友还没推荐过东西" in page
    assert 'href="/me/friends"' in page


def test_the_page_asks_the_same_few_questions_with_5_and_with_50(
    client, linwei, chen, xiaoyu, scarf_shop
):
    befriend(linwei, xiaoyu)
    befriend(chen, xiaoyu)
    client.force_login(xiaoyu)
    for number in range(5):
        recommend(linwei, put_on_sale(scarf_shop, f"围巾{number}"))
    with_five = queries_of(client)
    for number in range(45):
        recommend(chen if number % 2 else linwei, put_on_sale(scarf_shop, f"手套{number}"))

    assert queries_of(client) == with_five == 12


def queries_of(client):
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/friends").status_code == 200
    return len(asked)
