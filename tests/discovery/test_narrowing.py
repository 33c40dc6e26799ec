"""Search among friends and in a circle, and by price, kind, shop and stock."""

from datetime import timedelta

import pytest

from catalog.models import Category, Product, Weight
from discovery import search
from discovery.narrowing import FRIENDS, Narrow
from people.models import Block, Circle, CircleMember, Friendship
from tests.discovery.conftest import befriend, put_on_sale, recommend


def found(text, viewer=None, **limits):
    products = Product.objects.in_bulk()
    answer = search.find(viewer, search.read(text), narrow=Narrow(**limits))
    return [products[place.product_id].title for place in answer.places]


@pytest.fixture
def shelf(old_hill_shop, scarf_shop):
    """Three honeys, the newest last."""
    return [
        put_on_sale(old_hill_shop, "野花蜂蜜", hours_ago=40, price_minor=6800),
        put_on_sale(old_hill_shop, "椴树蜂蜜", hours_ago=30, price_minor=15800, available=0),
        put_on_sale(scarf_shop, "蜂蜜香皂", hours_ago=10, price_minor=2900),
    ]


@pytest.fixture
def circle(linwei, xiaoyu, chen):
    """A circle of Lin Wei, its host, and Xiaoyu; Chen has left it."""
    made = Circle.objects.create(host=linwei, name="山货小圈")
    for person, state in ((linwei, "member"), (xiaoyu, "member"), (chen, "left")):
        CircleMember.objects.create(circle=made, person=person, state=state)
    return made


def test_among_friends_there_is_only_what_friends_recommend(linwei, chen, xiaoyu, shelf):
    befriend(linwei, xiaoyu)
    recommend(linwei, shelf[0])
    recommend(chen, shelf[2], visibility="everyone")

    assert found("蜂蜜", xiaoyu, among=FRIENDS) == ["野花蜂蜜"]
    assert found("香皂", xiaoyu, among=FRIENDS) == []


def weigh(said, weight):
    Weight.objects.create(
        endorsement=said, product=said.product, person=said.person, weight=weight, circle=0
    )


def test_among_friends_what_weighs_comes_before_what_many_say(
    linwei, chen, hao, xiaoyu, shelf, noon
):
    for friend in (linwei, chen, hao):
        befriend(friend, xiaoyu)
    Friendship.objects.update(since=noon - timedelta(days=30))
    weigh(recommend(linwei, shelf[0]), 1.0)
    for friend in (chen, hao):  # two voices that weigh 0.2 together
        weigh(recommend(friend, shelf[2]), 0.1)
    weigh(recommend(linwei, shelf[1]), 5.0)  # sold out

    assert found("蜂蜜", xiaoyu, among=FRIENDS) == ["野花蜂蜜", "蜂蜜香皂", "椴树蜂蜜"]
    xiaoyu.personalised = False
    assert found("蜂蜜", xiaoyu, among=FRIENDS) == ["蜂蜜香皂", "野花蜂蜜", "椴树蜂蜜"]


def test_in_a_circle_members_words_to_everyone_count_and_to_friends_for_friends(
    linwei, xiaoyu, chen, shelf, circle
):
    said = recommend(linwei, shelf[0])
    recommend(chen, shelf[2], visibility="everyone")
    assert found("蜂蜜", xiaoyu, among="circle", circle=circle) == []

    befriend(linwei, xiaoyu)
    assert found("蜂蜜", xiaoyu, among="circle", circle=circle) == ["野花蜂蜜"]

    said.visibility = "everyone"
    said.save()
    Block.objects.create(blocker=linwei, blocked=xiaoyu)
    assert found("蜂蜜", xiaoyu, among="circle", circle=circle) == []
    assert found("蜂蜜", linwei, among="circle", circle=circle) == ["野花蜂蜜"]


def test_prices_kinds_shops_and_stock_limit_an_answer(shelf, scarf_shop):
    kind = Category.objects.create(slug="bath", name_zh="洗护", name_en="Bath")
    Product.objects.filter(pk=shelf[2].pk).update(category=kind)

    assert found("蜂蜜", least_minor=6800, most_minor=15800) == ["野花蜂蜜", "椴树蜂蜜"]
    assert found("蜂蜜", most_minor=6799) == ["蜂蜜香皂"]
    assert found("蜂蜜", in_stock=True) == ["蜂蜜香皂", "野花蜂蜜"]
    assert found("蜂蜜", shop_id=scarf_shop.pk) == ["蜂蜜香皂"]
    assert found("蜂蜜", category_id=kind.pk) == ["蜂蜜香皂"]


def test_a_limited_answer_has_no_near_misses(shelf):
    assert search.find(None, search.read("蜂密"), narrow=Narrow(in_stock=True)).places == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("least", "abc", "68"),
        ("least", "-1", "0"),
        ("most", "0", "0.01"),
        ("category", "nothing", "选"),
    ],
)
def test_a_limit_that_is_none_is_mended_beside_its_field(client, shelf, field, value, said):
    answer = client.get("/search", {"q": "蜂蜜", field: value})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "野花蜂蜜" in page
    assert "<details" in page
    assert f'id="id_{field}_error"' in page
    assert said in page


def test_the_higher_price_is_not_below_the_lower(client, shelf):
    answer = client.get("/search", {"q": "蜂蜜", "least": "10", "most": "9"})

    assert answer.status_code == 422
    assert "不能比前面的价格低" in answer.content.decode()


def test_tabs_lead_to_friends_and_circles_and_keep_the_question(
    client, linwei, xiaoyu, shelf, circle
):
    client.force_login(xiaoyu)
    befriend(linwei, xiaoyu)
    recommend(linwei, shelf[0], visibility="everyone")

    page = client.get("/search", {"q": "蜂蜜", "sort": "cheap"}).content.decode()
    assert "sort=cheap&amp;among=friends" in page
    assert f"sort=cheap&amp;among={circle.public_id}" in page

    for among in ("friends", circle.public_id):
        page = client.get("/search", {"q": "蜂蜜", "among": among}).content.decode()
        assert "共 1 件" in page
        assert "香皂" not in page


def test_a_circle_one_is_not_in_is_no_circle_to_search(client, hao, shelf, circle):
    client.force_login(hao)

    page = client.get("/search", {"q": "蜂蜜", "among": circle.public_id}).content.decode()

    assert "共 3 件" in page
    assert "山货小圈" not in page


def test_the_circle_asked_for_is_searched_however_many_one_is_in(client, linwei, xiaoyu, shelf):
    circles = [Circle.objects.create(host=linwei, name=f"圈{n:02}") for n in range(14)]
    for one in circles:
        CircleMember.objects.create(circle=one, person=xiaoyu, state="member")
    client.force_login(xiaoyu)

    page = client.get("/search", {"q": "蜂蜜", "among": circles[-1].public_id})
    asked = page.context["asked"]

    assert asked.narrow.circle == circles[-1]
    assert len(asked.circles) == 13
