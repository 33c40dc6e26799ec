"""What no text can hold is refused before any view sees it."""

import pytest
from django.test import Client


@pytest.mark.parametrize(
    "address",
    [
        "/search?q=%00",
        "/search?q=%ff",
        "/search?%c3%28=1",
        "/p/%00",
        "/search?q=a%00b",
    ],
)
def test_an_unreadable_address_is_answered_400(db, address):
    assert Client().get(address).status_code == 400


@pytest.mark.parametrize(
    "address", ["/search?q=%E8%9C%82%E8%9C%9C", "/search?q=%F0%9F%8D%AF", "/search?q=+%25"]
)
def test_any_text_is_a_fine_address(db, address):
    assert Client().get(address).status_code == 200


@pytest.mark.parametrize("address", ["/%ff", "/s/%c3%28"])
def test_a_path_of_broken_letters_leads_nowhere(db, address):
    assert Client().get(address).status_code == 404
