"""Who may GET a page may ask for its HEAD, and asking changes nothing."""

import pytest
from django.test import Client

from catalog.models import Product


@pytest.mark.parametrize(
    "page",
    [
        "/me",
        "/me/profile",
        "/me/friends",
        "/me/notices",
        "/me/wallet",
        "/open",
        "/shop/settings",
        "/shop/staff",
        "/shop/products/new",
    ],
)
def test_head_answers_what_get_answers(hill_shop, chen, page):
    client = Client()
    client.force_login(chen)

    assert client.head(page).status_code == client.get(page).status_code
    assert not Product.objects.exists()


@pytest.mark.parametrize("word", ["a" * 300, "A-Shop", "x", "-shop", "shop_1"])
def test_a_word_no_shop_can_be_called_leads_nowhere(db, word):
    assert Client().get(f"/{word}").status_code == 404
