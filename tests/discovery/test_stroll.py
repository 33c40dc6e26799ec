"""The stroll: friends first, then the new, a tenth of it from new shops."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Product, Variant
from discovery import stroll
from people.models import Block, Person
from tests.discovery.conftest import befriend, open_shop, put_on_sale, recommend
from tests.discovery.test_search import MANY


def titles(viewer=None):
    products = Product.objects.in_bulk()
    return [products[place.product_id].title for place in stroll.places(viewer)]


def test_a_stranger_sees_the_newest_first(scarf_shop, old_hill_shop):
    put_on_sale(scarf_shop, "围巾", hours_ago=3)
    put_on_sale(old_hill_shop, "绿茶", hours_ago=1)
    put_on_sale(old_hill_shop, "核桃", hours_ago=20)

    assert titles() == ["绿茶", "围巾", "核桃"]


def test_what_a_friend_recommends_comes_before_what_is_newer(linwei, xiaoyu, scarf_shop):
    scarf = put_on_sale(scarf_shop, "围巾", hours_ago=900)
    put_on_sale(scarf_shop, "手套", hours_ago=1)
    befriend(linwei, xiaoyu)
    said = recommend(linwei, scarf, "戴了一冬天", days_ago=20)

    first, second = stroll.places(xiaoyu)

    assert (first.product_id, first.endorsement_id, first.by_friend) == (scarf.pk, said.pk, True)
    assert (second.endorsement_id, second.by_friend) == (None, False)


def test_for_a_stranger_the_same_words_to_friends_change_nothing(linwei, scarf_shop):
    scarf = put_on_sale(scarf_shop, "围巾", hours_ago=9)
    put_on_sale(scarf_shop, "手套", hours_ago=1)
    recommend(linwei, scarf, "戴了一冬天")

    assert titles() == ["手套", "围巾"]
    assert [place.endorsement_id for place in stroll.places(None)] == [None, None]


def test_the_friend_who_spoke_last_comes_first_and_a_second_voice_counts_a_week(
    linwei, xiaoyu, chen, scarf_shop
):
    befriend(linwei, xiaoyu)
    befriend(chen, xiaoyu)
    once, twice = put_on_sale(scarf_shop, "手套"), put_on_sale(scarf_shop, "围巾")
    recommend(linwei, once, days_ago=1)
    recommend(linwei, twice, days_ago=9)
    recommend(chen, twice, days_ago=7.5)  # 7.5 days old, a week longer kept: as if half a day

    assert titles(xiaoyu) == ["围巾", "手套"]


def test_words_to_everyone_keep_a_product_up_two_days_longer(linwei, scarf_shop, old_hill_shop):
    praised = put_on_sale(scarf_shop, "围巾", hours_ago=50)
    put_on_sale(old_hill_shop, "绿茶", hours_ago=3)
    put_on_sale(old_hill_shop, "核桃", hours_ago=1)
    said = recommend(linwei, praised, "暖", visibility="everyone")

    # Scarf: 50 h old less 48 = 2 h. Walnuts 1 h. Tea: 3 h, and 6 more as the shop's second.
    assert titles() == ["核桃", "围巾", "绿茶"]
    assert stroll.places(None)[1].endorsement_id == said.pk


def test_the_sixth_voice_of_strangers_counts_nothing(scarf_shop, old_hill_shop):
    crowd = [Person.objects.create_user(name=f"路人{n}", email=f"{n}@x.test") for n in range(9)]
    by_five = put_on_sale(scarf_shop, "围巾", hours_ago=100)
    by_nine = put_on_sale(old_hill_shop, "绿茶", hours_ago=101)
    for place, stranger in enumerate(crowd):
        recommend(stranger, by_nine, visibility="everyone")
        if place < 5:
            recommend(stranger, by_five, visibility="everyone")

    assert titles() == ["围巾", "绿茶"]


def test_every_tenth_tile_is_of_a_new_shop_while_there_are_any(hao, linwei, scarf_shop, noon):
    for hour in range(20):
        put_on_sale(scarf_shop, f"旧{hour}", hours_ago=200 + hour)
    newcomer = open_shop(linwei, "linwei", opened_at=noon - timedelta(days=2))
    for hour in range(3):
        put_on_sale(newcomer, f"新{hour}", hours_ago=1 + hour)

    shown = titles()

    assert [place + 1 for place, title in enumerate(shown) if title.startswith("新")] == [
        10,
        20,
        23,
    ]
    assert len(shown) == 23


def test_a_shop_that_floods_the_street_gives_way(scarf_shop, old_hill_shop):
    for minute in range(4):
        put_on_sale(scarf_shop, f"围巾{minute}", hours_ago=1 + minute / 60)
    put_on_sale(old_hill_shop, "绿茶", hours_ago=5)

    assert titles() == ["围巾0", "绿茶", "围巾1", "围巾2", "围巾3"]


@pytest.mark.parametrize(("verdict", "visibility"), [("so_so", "friends"), ("yes", "vendor")])
def test_only_a_recommendation_to_friends_makes_a_pick(
    linwei, xiaoyu, scarf_shop, verdict, visibility
):
    befriend(linwei, xiaoyu)
    scarf = put_on_sale(scarf_shop, "围巾")
    recommend(linwei, scarf, verdict=verdict, visibility=visibility)

    assert [place.endorsement_id for place in stroll.places(xiaoyu)] == [None]


def test_a_withdrawn_recommendation_and_an_erased_friend_pick_nothing(
    linwei, chen, xiaoyu, scarf_shop, noon
):
    befriend(linwei, xiaoyu)
    befriend(chen, xiaoyu)
    scarf = put_on_sale(scarf_shop, "围巾")
    said = recommend(linwei, scarf)
    said.withdrawn_at = noon
    said.save()
    recommend(chen, scarf)
    chen.is_active = False
    chen.save()

    assert [place.by_friend for place in stroll.places(xiaoyu)] == [False]


@pytest.mark.parametrize("direction", ["viewer blocks", "viewer is blocked"])
def test_blocked_people_appear_neither_as_vendor_nor_as_voice(
    linwei, xiaoyu, hao, scarf_shop, old_hill_shop, direction
):
    befriend(linwei, xiaoyu)
    tea = put_on_sale(old_hill_shop, "绿茶")
    put_on_sale(scarf_shop, "围巾")
    recommend(linwei, tea, visibility="everyone")
    for other in (linwei, hao):
        pair = (xiaoyu, other) if direction == "viewer blocks" else (other, xiaoyu)
        Block.objects.create(blocker=pair[0], blocked=pair[1])

    (only,) = stroll.places(xiaoyu)

    assert (only.product_id, only.endorsement_id) == (tea.pk, None)


@pytest.mark.parametrize("state", ["draft", "held", "returned", "unlisted"])
def test_what_is_not_on_sale_is_not_there_even_for_friends(linwei, xiaoyu, scarf_shop, state):
    befriend(linwei, xiaoyu)
    scarf = put_on_sale(scarf_shop, "围巾")
    recommend(linwei, scarf, visibility="everyone")
    Product.objects.update(state=state)

    assert stroll.places(xiaoyu) == []
    assert stroll.places(None) == []


def test_sold_out_goods_and_closed_shops_are_not_there(scarf_shop, old_hill_shop):
    put_on_sale(scarf_shop, "围巾", available=0)
    put_on_sale(old_hill_shop, "绿茶")
    old_hill_shop.state = "closed"
    old_hill_shop.save()

    assert stroll.places(None) == []


def test_what_a_sharer_would_earn_never_moves_a_product(linwei, xiaoyu, scarf_shop, old_hill_shop):
    befriend(linwei, xiaoyu)
    goods = [put_on_sale(scarf_shop, f"围巾{n}", hours_ago=n + 1) for n in range(4)]
    goods += [put_on_sale(old_hill_shop, f"绿茶{n}", hours_ago=n + 1.5) for n in range(4)]
    recommend(linwei, goods[3])
    before = (titles(), titles(xiaoyu))

    for rates in ([3000, 0] * 4, [0, 3000] * 4):
        for product, rate_bp in zip(goods, rates, strict=True):
            Product.objects.filter(pk=product.pk).update(commission_bp=rate_bp)
        scarf_shop.terms.commission_bp, old_hill_shop.terms.commission_bp = rates[:2]
        scarf_shop.terms.save()
        old_hill_shop.terms.save()
        assert (titles(), titles(xiaoyu)) == before


def test_pages_hold_24_and_a_wrong_number_gives_the_nearest(scarf_shop):
    for hour in range(30):
        put_on_sale(scarf_shop, f"围巾{hour}", hours_ago=hour)

    assert len(stroll.page(None, "1").object_list) == 24
    assert len(stroll.page(None, "2").object_list) == 6
    assert stroll.page(None, "999999999999999999999").number == 2
    assert stroll.page(None, "٣").number == 2
    assert stroll.page(None, "-1").number == 2
    assert stroll.page(None, "abc").number == 1


def test_the_page_asks_the_same_few_questions_with_5_and_with_50_products(
    client, linwei, xiaoyu, scarf_shop
):
    befriend(linwei, xiaoyu)
    goods = [put_on_sale(scarf_shop, f"围巾{n}", hours_ago=n) for n in range(5)]
    recommend(linwei, goods[0], "暖")
    assert queries_of(client, "/", viewer=None) == 7
    with_five = queries_of(client, "/", viewer=xiaoyu)

    goods = [put_on_sale(scarf_shop, f"手套{n}", hours_ago=n) for n in range(45)]
    for product in goods[:20]:
        Variant.objects.create(product=product, name="大", price_minor=1)
        recommend(linwei, product)

    assert queries_of(client, "/", viewer=xiaoyu) == with_five == 14


def queries_of(client, path, *, viewer):
    if viewer:
        client.force_login(viewer)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_a_first_time_visitor_reads_what_this_place_is(client, db):
    page = client.get("/").content.decode()

    assert "你认识的人推荐的小店。" in page


def test_a_tile_says_who_and_in_their_words(client, linwei, xiaoyu, scarf_shop):
    befriend(linwei, xiaoyu)
    scarf = put_on_sale(scarf_shop, "羊绒围巾", price_minor=19900)
    recommend(linwei, scarf, "戴了一冬天不起球")
    client.force_login(xiaoyu)

    page = client.get("/").content.decode()

    assert "林薇推荐" in page
    assert "戴了一冬天不起球" in page
    assert "羊绒围巾" not in page
    assert f"/p/{scarf.public_id}" in page
    assert "¥199.00" in page


def test_it_is_read_column_by_column_as_it_is_seen(client, scarf_shop):
    for hour in range(4):
        put_on_sale(scarf_shop, f"第{hour}件", hours_ago=hour)

    page = client.get("/").content.decode()

    order = sorted(range(4), key=lambda hour: page.index(f"第{hour}件"))
    assert order == [0, 2, 1, 3]


def test_twelve_friends_stand_above_the_street_by_name(client, xiaoyu):
    for number in reversed(range(14)):
        friend = Person.objects.create_user(name=f"友{number:02}", email=f"{number}@x.test")
        befriend(friend, xiaoyu)
    client.force_login(xiaoyu)

    shown = client.get("/").context["friends"]

    assert [friend.name for friend in shown] == [f"友{number:02}" for number in range(12)]


def test_an_empty_street_says_what_will_be_here(client, db):
    page = client.get("/").content.decode()

    assert "街上还很安静" in page
    assert 'href="/open"' in page


def test_the_street_is_walked_along_its_indexes(linwei, xiaoyu, scarf_shop, noon):
    befriend(linwei, xiaoyu)
    recommend(linwei, put_on_sale(scarf_shop, "围巾"))
    with connection.cursor() as cursor:
        cursor.execute(MANY, {"shop": scarf_shop.pk, "now": noon})
        cursor.execute("ANALYZE catalog_product, catalog_variant, shops_shop")
    with CaptureQueriesContext(connection) as asked:
        assert len(stroll.places(xiaoyu)) == stroll.DEPTH
    (ranking,) = [query["sql"] for query in asked if "WITH picks" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + ranking)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "products_newest_first" in plan
    assert "Seq Scan on catalog_product" not in plan
