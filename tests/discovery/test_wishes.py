"""The pages of wish lists."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import wishing
from catalog.models import Product, Wish, WishFollow, WishList
from tests.discovery.conftest import befriend, put_on_sale


@pytest.fixture
def scarf(scarf_shop):
    return put_on_sale(scarf_shop, "羊绒围巾")


@pytest.fixture
def birthday(xiaoyu, scarf):
    made = wishing.open_list(person=xiaoyu, name="生日", seen_by="friends")
    wishing.wish(wish_list=made, product=scarf)
    return made


def test_the_heart_on_a_product_opens_the_first_list(client, xiaoyu, scarf):
    client.force_login(xiaoyu)
    path = f"/p/{scarf.public_id}/wish"
    assert f'href="{path}"' in client.get(f"/p/{scarf.public_id}").content.decode()
    assert "我的愿望单" in client.get(path).content.decode()

    answer = client.post(path, {"name": "我的愿望单"})

    own = WishList.objects.get()
    assert answer["Location"] == f"/w/{own.public_id}"
    assert (own.name, own.seen_by, own.wishes.get().product) == ("我的愿望单", "me", scarf)


def test_a_list_is_chosen_or_named(client, xiaoyu, scarf, birthday):
    client.force_login(xiaoyu)
    path = f"/p/{scarf.public_id}/wish"

    refused = client.post(path, {"name": ""})
    assert refused.status_code == 422
    assert "选一个清单" in refused.content.decode()
    strange = client.post(path, {"wish_list": "ZZZZZZZZZZ"})
    assert strange.status_code == 422

    Wish.objects.all().delete()
    client.post(path, {"wish_list": birthday.public_id})
    assert Wish.objects.get().wish_list == birthday


def test_nobody_puts_a_wish_on_somebody_elses_list(client, linwei, scarf, birthday):
    client.force_login(linwei)
    wishing.open_list(person=linwei, name="我的", seen_by="me")

    answer = client.post(f"/p/{scarf.public_id}/wish", {"wish_list": birthday.public_id})

    assert answer.status_code == 422
    assert Wish.objects.count() == 1


def test_a_friend_reads_and_follows_and_a_stranger_gets_404(client, linwei, hao, xiaoyu, birthday):
    befriend(linwei, xiaoyu)
    path = f"/w/{birthday.public_id}"
    assert client.get(path).status_code == 404
    client.force_login(hao)
    assert client.get(path).status_code == 404
    assert client.post(f"{path}/follow", {"act": "follow"}).status_code == 404

    client.force_login(linwei)
    assert "羊绒围巾" in client.get(path).content.decode()
    assert path in client.get(f"/friends/{xiaoyu.public_id}").content.decode()
    assert client.post(f"{path}/follow", {"act": "like"}).status_code == 422
    assert WishFollow.objects.count() == 0
    client.post(f"{path}/follow", {"act": "follow"})
    assert WishFollow.objects.get().person == linwei
    assert "生日" in client.get("/me/wishes").content.decode()
    client.post(f"{path}/follow", {"act": "unfollow"})
    assert WishFollow.objects.count() == 0


def test_what_was_taken_down_stays_on_a_list_for_its_owner_alone(
    client, linwei, xiaoyu, scarf, birthday
):
    befriend(linwei, xiaoyu)
    Product.objects.filter(pk=scarf.pk).update(state="held")

    client.force_login(linwei)
    assert "羊绒围巾" not in client.get(f"/w/{birthday.public_id}").content.decode()
    client.force_login(xiaoyu)
    assert "羊绒围巾" in client.get(f"/w/{birthday.public_id}").content.decode()


def test_only_its_owner_changes_drops_and_closes_a_list(client, linwei, xiaoyu, scarf, birthday):
    befriend(linwei, xiaoyu)
    path = f"/w/{birthday.public_id}"
    client.force_login(linwei)
    for act in ("edit", "close", f"drop/{scarf.public_id}"):
        assert client.post(f"{path}/{act}", {"name": "我的", "seen_by": "me"}).status_code == 404
    assert "取下" not in client.get(path).content.decode()

    client.force_login(xiaoyu)
    client.post(f"{path}/edit", {"name": "生日礼物", "seen_by": "everyone"})
    birthday.refresh_from_db()
    assert (birthday.name, birthday.seen_by) == ("生日礼物", "everyone")
    client.post(f"{path}/drop/{scarf.public_id}")
    assert Wish.objects.count() == 0
    client.post(f"{path}/close")
    assert WishList.objects.count() == 0


def test_what_was_typed_stays_when_the_name_is_taken(client, xiaoyu, birthday):
    client.force_login(xiaoyu)

    answer = client.post("/me/wishes", {"name": "生日", "seen_by": "everyone"})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert 'value="生日"' in page
    assert "已经有这个名字的清单" in page
    assert WishList.objects.count() == 1


def test_the_page_asks_the_same_few_questions_with_1_and_with_20(
    client, xiaoyu, scarf_shop, birthday
):
    client.force_login(xiaoyu)
    with_one = queries_of(client, birthday)
    for number in range(19):
        wishing.wish(wish_list=birthday, product=put_on_sale(scarf_shop, f"手套{number}"))

    assert queries_of(client, birthday) == with_one == 11


def queries_of(client, wish_list):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"/w/{wish_list.public_id}").status_code == 200
    return len(asked)
