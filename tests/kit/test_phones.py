"""Phone numbers as people read them."""

import pytest
from django.template import Context, Template

from kit.phones import grouped


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        ("+8613800138000", "138 0013 8000"),
        ("+8619912345678", "199 1234 5678"),
        ("+861088886666", "010 8888 6666"),
        ("+85251234567", "+852 5123 4567"),
        ("+12125550123", "+1 212-555-0123"),
    ],
)
def test_a_number_is_grouped_and_says_its_country_only_when_it_is_another(stored, written):
    assert grouped(stored) == written


@pytest.mark.parametrize(
    "stored", ["", "13800138000", "hao@example.test", "+", "+999", "x" * 10**5]
)
def test_what_is_no_stored_number_stays_as_it_is(stored):
    assert grouped(stored) == stored


def test_nobodys_number_is_nothing():
    assert grouped(None) == ""


def test_a_page_writes_it_with_a_filter():
    page = Template("{{ person.phone|phone }}")
    assert page.render(Context({"person": {"phone": "+8613800138000"}})) == "138 0013 8000"
