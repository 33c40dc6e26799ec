"""Text codes: a link as words, read wherever and however somebody pastes them."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.models import Product
from kit.public_ids import ALPHABET, LENGTH, ids_in
from referrals import guessing, links, text_codes
from referrals.naming import rename
from referrals.touches import COOKIE_NAME, read_cookie
from tests.referrals.conftest import BROWSER


@pytest.fixture
def facts(noon, link):
    return links.facts_from(link)


@pytest.fixture
def browser(client):
    """A person's browser, reading English."""
    client.defaults.update(BROWSER)
    client.cookies["django_language"] = "en"
    return client


def test_the_text_says_what_it_is_and_where_to_go(facts, settings):
    settings.BASE_URL = "https://shan.example"

    assert text_codes.text_of(facts, language="en") == (
        f"“秦岭野花土蜂蜜” {facts.code} Copy this, open shan.example and paste it into the search"
    )
    assert text_codes.text_of(facts, language="zh-hans").startswith(
        f"「秦岭野花土蜂蜜」 {facts.code} "
    )


@pytest.mark.parametrize("title", ["蜂蜜 /s/ABCDE12345", "蜂蜜 7K3M9PX2QA", "蜂蜜 /s/shan-li"])
def test_a_title_that_reads_like_a_link_leads_nobody_elsewhere(noon, link, honey, title):
    Product.objects.filter(pk=honey.pk).update(title=title)
    link.refresh_from_db()
    facts = links.facts_from(link)
    text = text_codes.text_of(facts, language="en")

    assert text.startswith(f"“…” {link.code} ")
    assert text_codes.read(text) == facts


def test_a_long_title_leaves_room_for_the_code(noon, link, honey):
    honey.title = "蜜" * 60
    honey.save()
    link.refresh_from_db()

    text = text_codes.text_of(links.facts_from(link), language="zh-hans")
    assert text[:80].startswith(f"「{'蜜' * 23}…」 {link.code}")


@pytest.mark.parametrize(
    "around",
    [
        "{code}",
        "「山里蜂蜜」 {code}",
        "听说这个好「山里蜂蜜」{code}复制打开",
        "look: “Honey” {small}!",
        "{first} {last}",
        "{first}-{last}",
        "\u200b{code}\n\n谢谢",
        "{wide}",
        "statements statements {code}",  # ten letters each, and all of them in the alphabet
        "https://shan.example/s/{code}?c=wechat",
        "微店 https://shan.example/s/{small} 打不开就复制",
    ],
)
def test_a_code_is_read_whatever_stands_around_it(noon, link, around):
    code = link.code
    text = around.format(
        code=code,
        small=code.lower(),
        first=code[:5],
        last=code[5:],
        wide="".join(chr(ord(sign) + 0xFEE0) for sign in code),
    )

    found = text_codes.read(text)
    assert found is not None
    assert found.link_id == link.pk


def test_signs_that_people_mistake_are_read_as_what_they_are():
    assert ids_in("7k3m9px2qo") == ["7K3M9PX2Q0"]
    assert ids_in("IL3M9PX2QA") == ["113M9PX2QA"]
    assert ids_in("STATEMENTS 7K3M9PX2QA") == ["7K3M9PX2QA", "STATEMENTS"]
    assert ids_in("7K3M9PX2QAA and 7K3M9PX2Q") == []
    assert ids_in("7K3M9PX2QU") == []
    assert ids_in("") == []


def test_the_address_with_a_name_of_its_own_is_read(noon, link):
    rename(link=link, slug="lin-honey")

    found = text_codes.read("看看 https://shan.example/s/lin-honey?c=weibo")
    assert found is not None
    assert found.link_id == link.pk


@pytest.mark.parametrize(
    "text", ["", "蜂蜜", "7K3M9PX2QA", "\ud800", "x" * 10**6, "7K3M9PX2QA " * 10**5, "/s/" * 1000]
)
def test_other_texts_mean_no_link_and_cost_five_look_ups_at_most(
    noon, link, text, django_assert_max_num_queries
):
    with django_assert_max_num_queries(5):
        assert text_codes.read(text) is None


@given(text=st.text(max_size=300))
def test_no_text_breaks_the_reading(text):
    for one in ids_in(text):
        assert set(one) <= set(ALPHABET)
        assert len(one) == LENGTH


def test_pasting_the_text_opens_the_link_by_the_channel_code(browser, facts, link):
    text = text_codes.text_of(facts, language="zh-hans")

    answer = browser.get("/s/", {"text": text})
    assert (answer.status_code, answer["Location"]) == (302, f"/s/{link.code}?c=code")

    browser.get(answer["Location"])
    (touch,) = read_cookie(browser.cookies[COOKIE_NAME].value)
    assert (touch.link_id, touch.channel) == (link.pk, "code")


@pytest.mark.parametrize("channel", ["moments", "xiaohongshu"])
@pytest.mark.parametrize("around", ["{text}", "{small}", "{wide}", "看看 {text} 谢谢"])
def test_a_text_posted_where_links_are_dead_opens_by_the_channel_of_that_place(
    browser, facts, channel, around
):
    text = text_codes.text_of(facts, language="zh-hans", channel=channel)
    wide = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)

    answer = browser.get("/s/", {"text": around.format(text=text, small=text.lower(), wide=wide)})

    assert answer["Location"] == f"/s/{facts.code}?c={channel}"


@pytest.mark.parametrize("place", ["0", "1", "8", "11", "99", "2x", "-2", "222"])
def test_a_text_that_names_no_such_place_is_a_text_code(facts, place):
    assert text_codes.path_of(facts, f"{facts.code}-{place}") == f"/s/{facts.code}?c=code"
    assert text_codes.path_of(facts, f"7K3M9PX2QA-2 {facts.code}") == f"/s/{facts.code}?c=code"


def test_pasting_it_into_the_search_does_so_too(browser, facts):
    text = text_codes.text_of(facts, language="en")[:80]

    answer = browser.get("/search", {"q": text})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/s/?text=")
    assert browser.get(answer["Location"])["Location"] == f"/s/{facts.code}?c=code"


def test_a_bare_code_in_the_search_is_looked_for_and_offered(browser, facts):
    answer = browser.get("/search", {"q": facts.code})

    assert answer.status_code == 200
    assert f'href="/s/?text={facts.code}"' in answer.content.decode()
    assert "/s/?text=" not in browser.get("/search", {"q": "honey"}).content.decode()


def test_the_share_sheet_hands_the_text_out(browser, linwei, link, honey):
    browser.force_login(linwei)

    page = browser.get(f"/p/{honey.public_id}/share").content.decode()
    assert f"“秦岭野花土蜂蜜” {link.code} Copy this, open" in page


def test_an_empty_search_shows_the_way(browser, db):
    assert 'href="/s/"' in browser.get("/search").content.decode()


def test_the_empty_field_is_a_page(browser, db):
    answer = browser.get("/s/")

    assert answer.status_code == 200
    assert "Paste the text your friend sent" in answer.content.decode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "There is no link in this text that we know."),
        ("「蜂蜜」 7K3M9PX2QA", "There is no link in this text that we know."),
        ("", "This field is required."),
    ],
)
def test_a_text_without_a_link_is_said_beside_the_field(browser, db, text, said):
    answer = browser.get(f"/s/?text={quote(text)}")

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "hello" in answer.content.decode() or text != "hello"  # what was typed is kept


def test_whoever_tries_codes_by_the_dozen_is_slowed_down(browser, db):
    for _turn in range(guessing.MOST):
        assert browser.get("/s/", {"text": "「蜂蜜」 7K3M9PX2QA"}).status_code == 422

    assert browser.get("/s/", {"text": "「蜂蜜」 7K3M9PX2QA"}).status_code == 429


def test_only_looking_is_possible(browser, db):
    assert browser.post("/s/", {"text": "x"}).status_code == 405
