"""Scenes: opened at the desk, filled by vendors, strolled through by everybody."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import AuditEvent
from catalog import scenes
from catalog.models import Product, Scene, ScenePlace
from discovery.scenes import page
from notifications.models import Notice
from people.models import Block
from tests.discovery.conftest import befriend, put_on_sale, recommend
from tests.passkeys import sign_in_twice
from tests.races import all_at_once

GIFTS = scenes.SceneInput(name_zh="送礼", name_en="Gifts", words_zh="送得出手，也收得开心")


@pytest.fixture
def gifts(wulan):
    return scenes.write(scene=None, written=GIFTS, by=wulan)


def titles(viewer, scene):
    products = Product.objects.in_bulk()
    return [products[place.product_id].title for place in page(viewer, scene, None)]


def test_a_scene_is_there_on_its_days_alone(noon, gifts):
    day = date(2026, 11, 22)
    Scene.objects.update(first_day=day, last_day=day)

    shown = [Scene.objects.on(day + timedelta(days=one)).exists() for one in (-1, 0, 1)]

    assert shown == [False, True, False]


def test_what_shops_put_in_stands_there_newest_first_and_friends_picks_before(
    linwei, xiaoyu, hao, chen, scarf_shop, old_hill_shop, gifts
):
    scarf, tea = put_on_sale(scarf_shop, "围巾"), put_on_sale(old_hill_shop, "绿茶")
    scenes.put_in(scene=gifts, product=scarf, by=hao)
    scenes.put_in(scene=gifts, product=tea, by=chen)
    assert titles(xiaoyu, gifts) == ["绿茶", "围巾"]

    befriend(linwei, xiaoyu)
    recommend(linwei, scarf)
    assert titles(xiaoyu, gifts) == ["围巾", "绿茶"]
    xiaoyu.personalised = False
    assert titles(xiaoyu, gifts) == ["绿茶", "围巾"]


def test_blocked_vendors_and_sold_out_goods_stand_in_no_scene(
    xiaoyu, hao, chen, scarf_shop, old_hill_shop, gifts
):
    scenes.put_in(scene=gifts, product=put_on_sale(scarf_shop, "围巾"), by=hao)
    gone = put_on_sale(old_hill_shop, "绿茶", available=0)
    scenes.put_in(scene=gifts, product=gone, by=chen)
    Block.objects.create(blocker=hao, blocked=xiaoyu)

    assert titles(xiaoyu, gifts) == []
    assert titles(None, gifts) == ["围巾"]


def test_a_shop_has_five_places_and_no_more(hao, scarf_shop, gifts):
    goods = [put_on_sale(scarf_shop, f"围巾{n}") for n in range(6)]
    for product in goods[:5]:
        scenes.put_in(scene=gifts, product=product, by=hao)
    scenes.put_in(scene=gifts, product=goods[0], by=hao)

    with pytest.raises(scenes.ShopIsFull):
        scenes.put_in(scene=gifts, product=goods[5], by=hao)
    assert ScenePlace.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_two_hands_do_not_fill_a_sixth_place(hao, scarf_shop, gifts):
    goods = [put_on_sale(scarf_shop, f"围巾{n}") for n in range(6)]
    for product in goods[:4]:
        scenes.put_in(scene=gifts, product=product, by=hao)
    left = iter(goods[4:])

    outcomes = all_at_once(lambda: scenes.put_in(scene=gifts, product=next(left), by=hao), times=2)

    assert [type(one) for one in outcomes].count(scenes.ShopIsFull) == 1
    assert ScenePlace.objects.count() == 5


def test_nobody_puts_in_what_is_not_theirs_or_not_on_sale_or_when_it_is_over(
    linwei, hao, scarf_shop, gifts
):
    scarf = put_on_sale(scarf_shop, "围巾")
    with pytest.raises(scenes.NotTheirs):
        scenes.put_in(scene=gifts, product=scarf, by=linwei)
    Product.objects.update(state="held")
    with pytest.raises(scenes.NotOnSale):
        scenes.put_in(scene=gifts, product=scarf, by=hao)
    Product.objects.update(state="live")
    Scene.objects.update(is_open=False)
    with pytest.raises(scenes.SceneOver):
        scenes.put_in(scene=gifts, product=scarf, by=hao)
    assert ScenePlace.objects.count() == 0


def test_what_a_moderator_took_out_does_not_come_back(hao, wulan, scarf_shop, gifts):
    scarf = put_on_sale(scarf_shop, "围巾")
    place = scenes.put_in(scene=gifts, product=scarf, by=hao)

    assert scenes.remove(place=place, reason="不是礼物", by=wulan) is True
    assert scenes.remove(place=place, reason="又一次", by=wulan) is False

    with pytest.raises(scenes.TakenOut):
        scenes.put_in(scene=gifts, product=scarf, by=hao)
    notice = Notice.objects.get(kind="scene_removed")
    assert (notice.person, notice.data["reason"]) == (hao, "不是礼物")
    assert AuditEvent.objects.filter(act="scene.product_removed").count() == 1


def test_a_vendor_puts_in_and_takes_out_on_a_page(client, hao, scarf_shop, gifts):
    scarf = put_on_sale(scarf_shop, "围巾")
    client.force_login(hao)
    path = f"/shop/scenes/{gifts.public_id}"
    assert path in client.get("/shop/scenes").content.decode()

    client.post(path, {"product": scarf.public_id, "act": "put_in"})
    assert "移出" in client.get(path).content.decode()
    assert "围巾" in client.get(f"/scenes/{gifts.public_id}").content.decode()
    client.post(path, {"product": scarf.public_id, "act": "take_out"})
    assert ScenePlace.objects.count() == 0
    assert client.post(path, {"product": "ZZZZZZZZZZ"}).status_code == 404


def test_another_shops_goods_are_not_there_to_be_put_in(client, linwei, hao, scarf_shop, honey):
    client.force_login(hao)
    scene = Scene.objects.create(name_zh="送礼", name_en="Gifts")

    answer = client.post(f"/shop/scenes/{scene.public_id}", {"product": honey.public_id})

    assert answer.status_code == 404
    assert ScenePlace.objects.count() == 0


def test_a_moderator_opens_changes_and_tends_a_scene(client, wulan, hao, scarf_shop):
    sign_in_twice(client, wulan)
    written = {"name_zh": "露营", "name_en": "Camping", "position": "1", "is_open": "on"}
    wrong = client.post(
        "/desk/scenes/new",
        {**written, "first_day": "2026-12-02", "last_day": "2026-12-01"},
    )
    assert wrong.status_code == 422
    assert Scene.objects.count() == 0

    client.post("/desk/scenes/new", written)
    camping = Scene.objects.get()
    path = f"/desk/scenes/{camping.public_id}"
    assert (camping.name_zh, camping.is_open) == ("露营", True)
    scarf = put_on_sale(scarf_shop, "围巾")
    scenes.put_in(scene=camping, product=scarf, by=hao)
    assert "围巾" in client.get(path).content.decode()

    assert client.post(f"{path}/remove/{scarf.public_id}", {"reason": ""}).status_code == 422
    client.post(f"{path}/remove/{scarf.public_id}", {"reason": "不合适"})
    assert ScenePlace.objects.get().reason == "不合适"
    client.post(path, {**written, "is_open": ""})
    camping.refresh_from_db()
    assert camping.is_open is False
    assert client.get(f"/scenes/{camping.public_id}").status_code == 404


def test_the_desk_for_scenes_is_no_page_for_others(client, hao, gifts):
    client.force_login(hao)

    for path in ("/desk/scenes", "/desk/scenes/new", f"/desk/scenes/{gifts.public_id}"):
        assert client.get(path).status_code == 404


def test_the_page_asks_the_same_few_questions_with_1_and_with_20(client, hao, scarf_shop, gifts):
    ScenePlace.objects.create(scene=gifts, product=put_on_sale(scarf_shop, "围"), put_in_by=hao)
    with_one = queries_of(client, gifts)
    for number in range(19):
        product = put_on_sale(scarf_shop, f"围巾{number}")
        ScenePlace.objects.create(scene=gifts, product=product, put_in_by=hao)

    assert queries_of(client, gifts) == with_one == 5


def queries_of(client, scene):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"/scenes/{scene.public_id}").status_code == 200
    return len(asked)
