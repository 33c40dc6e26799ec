"""Who closed their account: their name and their weight are gone from pages within minutes."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from catalog import bodies, item_scores, pages
from catalog.models import ItemScore
from people.models import Person

FIVE_MINUTES = 300


def shown(product) -> str:
    body = pages.product_body(product.public_id, language="zh-hans")
    assert body is not None
    return body.filled()


@pytest.mark.proves("TRUST17")
def test_name_and_weight_are_gone_from_the_page_after_its_time(honey, says, linwei):
    says(linwei, words="孩子每天早上一勺")
    item_scores.count([honey.pk])
    before = shown(honey)
    assert "林薇" in before
    assert ItemScore.objects.get().score > 0

    Person.objects.filter(pk=linwei.pk).update(is_active=False)
    cache.clear()  # what a minute does
    item_scores.count([honey.pk])

    after = shown(honey)
    assert "林薇" not in after
    assert "孩子每天早上一勺" not in after
    assert ItemScore.objects.get().score == 0


@pytest.mark.proves("TRUST17")
def test_no_body_is_kept_longer_than_that():
    assert bodies.KEPT_SECONDS <= FIVE_MINUTES
