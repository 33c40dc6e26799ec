"""What a tile of the stroll says of why it is there, and what stands between the tiles."""

from datetime import timedelta

from catalog import scenes
from catalog.models import ItemScore, Product
from discovery import stroll
from kit import clock
from people.models import Person
from tests.discovery.conftest import befriend, open_shop, put_on_sale, recommend

STORY = "我爷爷那一辈就在山里养蜂，如今轮到我和弟弟。每年五月我们跟着花走，从山脚走到山顶。"


def titles(viewer=None):
    products = Product.objects.in_bulk()
    return [products[place.product_id].title for place in stroll.places(viewer)]


def reading_order(page, *words):
    return sorted(words, key=page.index)


def test_each_tile_says_why_it_is_there(client, linwei, xiaoyu, hao, old_hill_shop, noon):
    befriend(linwei, xiaoyu)
    recommend(linwei, put_on_sale(old_hill_shop, "绿茶"), "清香")
    put_on_sale(old_hill_shop, "核桃")
    newcomer = open_shop(hao, "ahao", opened_at=noon - timedelta(days=1))
    put_on_sale(newcomer, "围巾")
    client.force_login(xiaoyu)

    page = client.get("/").content.decode()

    assert [page.count(why) for why in ("林薇推荐", "刚上架", "新开的小店")] == [1, 1, 1]


def test_a_friend_of_a_friend_is_named_by_way_of_whom_if_all_agreed(
    client, linwei, xiaoyu, chen, scarf_shop
):
    befriend(linwei, xiaoyu)
    befriend(linwei, chen)
    recommend(chen, put_on_sale(scarf_shop, "围巾"), "暖", visibility="everyone")
    client.force_login(xiaoyu)
    assert "→" not in client.get("/").content.decode()

    Person.objects.update(named_to_friends_of_friends=True)
    assert "你的朋友林薇 → 陈姐推荐" in client.get("/").content.decode()
    Person.objects.filter(pk=xiaoyu.pk).update(personalised=False)
    assert "→" not in client.get("/").content.decode()


def test_who_wants_no_personal_order_sees_what_a_stranger_sees(
    linwei, xiaoyu, scarf_shop, old_hill_shop
):
    befriend(linwei, xiaoyu)
    recommend(linwei, put_on_sale(scarf_shop, "围巾", hours_ago=90))
    put_on_sale(old_hill_shop, "绿茶", hours_ago=1)
    assert titles(xiaoyu) == ["围巾", "绿茶"]

    xiaoyu.personalised = False
    assert titles(xiaoyu) == titles() == ["绿茶", "围巾"]


def test_friends_come_first_then_scenes_then_a_makers_story(
    client, linwei, xiaoyu, wulan, hao, scarf_shop, old_hill_shop
):
    befriend(linwei, xiaoyu)
    scarf = put_on_sale(scarf_shop, "围巾")
    recommend(linwei, scarf, "戴了一冬天")
    for hour in range(9):
        put_on_sale(old_hill_shop, f"绿茶{hour}", hours_ago=hour)
    old_hill_shop.story = STORY
    old_hill_shop.save()
    written = scenes.SceneInput(name_zh="过年", name_en="New Year")
    scene = scenes.write(scene=None, written=written, by=wulan)
    client.force_login(xiaoyu)
    assert "过年" not in client.get("/").content.decode()  # nothing stands in it yet

    scenes.put_in(scene=scene, product=scarf, by=hao)
    context = client.get("/").context
    left, right = context["left"], context["right"]
    dealt = [(left if place % 2 == 0 else right)[place // 2].title for place in range(12)]

    assert dealt[:3] == ["戴了一冬天", "过年", "绿茶0"]
    assert dealt[8:10] == ["山里的小店", "绿茶6"]


def test_a_story_leads_to_the_shop_and_is_cut(client, old_hill_shop):
    put_on_sale(old_hill_shop, "绿茶")
    old_hill_shop.story = STORY * 4
    old_hill_shop.save()

    page = client.get("/").content.decode()

    assert 'href="/shanli#about"' in page
    assert "…" in page


def test_what_new_shop_one_meets_is_drawn_by_day_and_viewer(linwei, xiaoyu, chen, noon):
    for number in range(6):
        owner = Person.objects.create_user(name=f"店{number}", email=f"{number}@x.test")
        shop = open_shop(owner, f"shop-{number}", opened_at=noon - timedelta(days=2))
        put_on_sale(shop, f"新{number}")
    today = titles(xiaoyu)
    assert titles(xiaoyu) == today
    others = {tuple(titles(one)) for one in (linwei, xiaoyu, chen, None)}
    assert len(others) > 1
    with clock.stopped_at(noon + timedelta(days=1)):
        tomorrow = titles(xiaoyu)
    assert sorted(tomorrow) == sorted(today)
    assert tomorrow != today


def test_a_counted_score_stands_for_heads(linwei, chen, scarf_shop, old_hill_shop):
    by_crowd = put_on_sale(scarf_shop, "围巾", hours_ago=50)
    put_on_sale(old_hill_shop, "绿茶", hours_ago=3)
    recommend(linwei, by_crowd, visibility="everyone")
    assert titles() == ["围巾", "绿茶"]  # 50 h less 48 = 2 h

    ItemScore.objects.create(product=by_crowd, score=0.5)
    assert titles() == ["绿茶", "围巾"]  # 50 h less 24 = 26 h


def test_the_end_of_the_street_says_so(client, scarf_shop):
    for hour in range(30):
        put_on_sale(scarf_shop, f"围巾{hour}", hours_ago=hour)

    assert "今天的街逛完了" not in client.get("/").content.decode()
    assert "今天的街逛完了" in client.get("/?page=2").content.decode()
