"""What must hold of wishes, scenes and questions is seen when it does not."""

import pytest

from catalog.models import Scene, ScenePlace, Wish, WishFollow, WishList
from discovery.invariants import INVARIANTS
from discovery.models import Answer, Question
from kit.invariants import check
from tests.discovery.conftest import put_on_sale


def broken():
    return {found.name: found.broken for found in check(INVARIANTS) if found.broken}


def test_an_empty_street_breaks_nothing(db):
    assert broken() == {}


@pytest.mark.django_db
def test_each_sees_its_breach(xiaoyu, hao, scarf_shop):
    goods = [put_on_sale(scarf_shop, f"围巾{n}") for n in range(6)]
    wishes = WishList.objects.create(person=xiaoyu, name="生日")
    Wish.objects.create(wish_list=wishes, product=goods[0])
    WishFollow.objects.create(wish_list=wishes, person=xiaoyu)
    scene = Scene.objects.create(name_zh="送礼", name_en="Gifts")
    for product in goods:
        ScenePlace.objects.create(scene=scene, product=product, put_in_by=hao)
    question = Question.objects.create(asker=xiaoyu, words="蜂蜜")
    Answer.objects.create(question=question, person=xiaoyu, words="我")

    assert broken() == {
        "discovery.every_wish_is_watched": 1,
        "discovery.nobody_follows_their_own_list": 1,
        "discovery.no_shop_fills_a_scene": 1,
        "discovery.nobody_answers_themselves": 1,
    }
