"""Search: both languages, friends first, near misses, and nothing that breaks it."""

from hashlib import md5
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from catalog.models import Product, Receipt
from discovery import search
from discovery.narrowing import Narrow
from people.models import Block
from tests.discovery.conftest import befriend, put_on_sale, recommend


def found(text, viewer=None, **options):
    products = Product.objects.in_bulk()
    answer = search.find(viewer, search.read(text), **options)
    return [products[place.product_id].title for place in answer.places]


@pytest.fixture
def shelf(old_hill_shop, scarf_shop):
    """Four products, the newest last."""
    return [
        put_on_sale(old_hill_shop, "秦岭野花土蜂蜜 500g", hours_ago=40, price_minor=6800),
        put_on_sale(old_hill_shop, "椴树蜂蜜礼盒", hours_ago=30, price_minor=15800),
        put_on_sale(scarf_shop, "Cashmere scarf, red", hours_ago=20, price_minor=39900),
        put_on_sale(scarf_shop, "Honey soap with oats", hours_ago=10, price_minor=2900),
    ]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("蜂蜜", ["椴树蜂蜜礼盒", "秦岭野花土蜂蜜 500g"]),
        ("蜂蜜 礼盒", ["椴树蜂蜜礼盒"]),
        ("礼盒蜂蜜", ["椴树蜂蜜礼盒"]),
        ("honey", ["Honey soap with oats"]),
        ("HONEY soap", ["Honey soap with oats"]),
        ("scarf", ["Cashmere scarf, red"]),
        ("５００ｇ", ["秦岭野花土蜂蜜 500g"]),
        ("fengmi", ["椴树蜂蜜礼盒", "秦岭野花土蜂蜜 500g"]),
        ("fengm", ["椴树蜂蜜礼盒", "秦岭野花土蜂蜜 500g"]),
        ("feng mi", ["椴树蜂蜜礼盒", "秦岭野花土蜂蜜 500g"]),
        ("fm", ["椴树蜂蜜礼盒", "秦岭野花土蜂蜜 500g"]),
        ("tufengmi", ["秦岭野花土蜂蜜 500g"]),
        ("蜂蜜禮盒", ["椴树蜂蜜礼盒"]),
    ],
)
def test_every_word_is_found_in_either_language(shelf, text, titles):
    assert found(text) == titles


def test_a_word_still_being_typed_finds_what_it_begins(shelf):
    assert found("cashm") == ["Cashmere scarf, red"]
    assert found("honey so") == ["Honey soap with oats"]


def test_the_name_of_a_shop_finds_its_goods(shelf):
    assert found("山里的小店") == ["椴树蜂蜜礼盒", "秦岭野花土蜂蜜 500g"]


@pytest.mark.parametrize(
    ("typed", "near"), [("cashmire", "Cashmere scarf, red"), ("蜂密", "椴树蜂蜜礼盒")]
)
def test_a_misspelt_word_finds_what_comes_near_and_says_so(shelf, typed, near):
    answer = search.find(None, search.read(typed))

    assert answer.is_near is True
    assert found(typed)[0] == near


def test_near_words_are_offered(shelf):
    assert search.find(None, search.read("cashmire")).terms == ["cashmere"]
    assert search.find(None, search.read("蜂密")).terms == ["蜂蜜"]


def test_what_resembles_nothing_finds_nothing(shelf):
    answer = search.find(None, search.read("zzzqqq"))

    assert (answer.places, answer.terms) == ([], [])


def test_friends_picks_come_first_and_are_counted(linwei, xiaoyu, shelf):
    befriend(linwei, xiaoyu)
    said = recommend(linwei, shelf[0], "孩子每天一勺")

    answer = search.find(xiaoyu, search.read("蜂蜜"))

    assert [place.product_id for place in answer.places] == [shelf[0].pk, shelf[1].pk]
    assert answer.places[0].endorsement_id == said.pk
    assert answer.by_friends == 1
    assert search.find(None, search.read("蜂蜜")).by_friends == 0


def test_prices_sort_up_and_down(shelf):
    up = ["秦岭野花土蜂蜜 500g", "椴树蜂蜜礼盒"]

    assert found("蜂蜜", order="cheap") == up
    assert found("蜂蜜", order="dear") == up[::-1]


def test_sold_out_goods_come_last(old_hill_shop):
    put_on_sale(old_hill_shop, "蜂蜜甲", hours_ago=1, available=0)
    put_on_sale(old_hill_shop, "蜂蜜乙", hours_ago=9)

    assert found("蜂蜜") == ["蜂蜜乙", "蜂蜜甲"]


def test_bought_by_friends_means_received_kept_and_spoken_of(linwei, xiaoyu, chen, shelf, noon):
    befriend(linwei, xiaoyu)
    befriend(chen, xiaoyu)
    recommend(linwei, shelf[0], verdict="so_so")
    silent = recommend(chen, shelf[1])
    assert found("蜂蜜", xiaoyu, narrow=Narrow(bought=True)) == [
        "椴树蜂蜜礼盒",
        "秦岭野花土蜂蜜 500g",
    ]

    silent.delete()  # the receipt stays, and says nothing
    assert found("蜂蜜", xiaoyu, narrow=Narrow(bought=True)) == ["秦岭野花土蜂蜜 500g"]

    Receipt.objects.filter(person=linwei).update(returned_at=noon)
    assert found("蜂蜜", xiaoyu, narrow=Narrow(bought=True)) == []


def test_blocked_people_and_goods_off_sale_are_never_found(hao, xiaoyu, shelf):
    Block.objects.create(blocker=hao, blocked=xiaoyu)
    Product.objects.filter(pk=shelf[0].pk).update(state="held")

    assert found("scarf", xiaoyu) == []
    assert found("scarf") == ["Cashmere scarf, red"]
    assert found("cashmire", xiaoyu) == []
    assert found("蜂蜜") == ["椴树蜂蜜礼盒"]


def test_what_a_sharer_would_earn_never_moves_an_answer(shelf):
    before = [found("蜂蜜", order=order) for order in search.ORDERS]

    for rates in ((3000, 0), (0, 3000)):
        for product, rate_bp in zip(shelf[:2], rates, strict=True):
            Product.objects.filter(pk=product.pk).update(commission_bp=rate_bp)
        assert [found("蜂蜜", order=order) for order in search.ORDERS] == before


ODD = [
    "", " ", "'", '"', "%", "_", "\\", ";--", "' OR 1=1", "$$", ":*", "!", "&", "|", "()", "<->",
    "(a+)+$", ".*.*.*", "😀🎁", "蜂", "\u202eabc", "e\u0301", "½²", "٣٤", "a:*|b", "'a':*",
    "x" * 100_000, "蜂" * 100_000, "' " * 500, "\x01\x02", "\ud7ff\ue000", "null", "\n\t", "1.5",
]  # fmt: skip


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text[:12]))
@pytest.mark.parametrize("order", search.ORDERS)
def test_no_text_breaks_a_search(shelf, text, order):
    search.find(None, search.read(text), order=order)


def test_goods_off_sale_take_no_place_among_near_misses(scarf_shop):
    drafts = [Product(shop=scarf_shop, title="Cashmere") for _ in range(10 * search.MOST_NEAR)]
    Product.objects.bulk_create(drafts)
    put_on_sale(scarf_shop, "Cashmere scarf")

    assert found("cashmire") == ["Cashmere scarf"]


@pytest.mark.parametrize("text", ["'", "%", "_", "$$", "!", "😀", "()"])
def test_signs_alone_find_nothing(shelf, text):
    assert found(text) == []


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text[:12]))
def test_no_text_breaks_the_page(client, shelf, text):
    answer = client.get("/search", {"q": text, "page": text, "sort": text, "bought": text})

    assert answer.status_code == 200


def test_a_nul_byte_and_broken_utf8_are_refused_at_the_door(client, db):
    assert client.get("/search?q=%00").status_code == 400
    assert client.get("/search?q=%ff%fe").status_code == 400


def test_only_reading_is_allowed(client, db):
    assert client.post("/search").status_code == 405
    assert client.post("/").status_code == 405


def test_the_page_says_how_many_and_how_many_by_friends(client, linwei, xiaoyu, shelf):
    befriend(linwei, xiaoyu)
    recommend(linwei, shelf[0])
    client.force_login(xiaoyu)

    page = client.get("/search", {"q": "蜂蜜"}).content.decode()

    assert "“蜂蜜” 共 2 件" in page
    assert "1 件有朋友推荐" in page
    assert page.index("秦岭野花土蜂蜜") < page.index("椴树蜂蜜礼盒")


def test_an_empty_answer_offers_near_words_and_the_latest(client, shelf):
    page = client.get("/search", {"q": "cashmire"}).content.decode()

    assert "还没有找到“cashmire”。" in page
    assert f'href="/search?q={quote("cashmere")}"' in page
    assert "Cashmere scarf, red" in page
    assert "最近的好东西" in page


def test_links_keep_the_question(client, linwei, shelf):
    client.force_login(linwei)

    page = client.get("/search", {"q": "蜂蜜", "sort": "cheap"}).content.decode()

    asked = quote("蜂蜜")
    assert f'href="/search?q={asked}&amp;sort=cheap&amp;bought=1"' in page
    assert f'href="/search?q={asked}&amp;sort=dear"' in page


@pytest.mark.parametrize("path", ["/search", "/search?q=蜂蜜"])
def test_a_search_where_nothing_is_sold_yet_says_so(client, db, path):
    page = client.get(path).content.decode()

    assert "街上还很安静" in page
    assert 'href="/open"' in page


def test_what_was_typed_is_shown_as_text(client, shelf):
    page = client.get("/search", {"q": "<script>alert(1)</script>"}).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_page_asks_the_same_few_questions_with_5_and_with_50(
    client, linwei, xiaoyu, scarf_shop
):
    befriend(linwei, xiaoyu)
    client.force_login(xiaoyu)
    goods = [put_on_sale(scarf_shop, f"围巾{n}号", hours_ago=n) for n in range(5)]
    recommend(linwei, goods[0])
    with_five = queries_of(client)
    goods = [put_on_sale(scarf_shop, f"羊毛围巾{n}号", hours_ago=n) for n in range(45)]
    for product in goods[:20]:
        recommend(linwei, product)

    assert queries_of(client) == with_five == 13


def queries_of(client):
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/search", {"q": "围巾"}).status_code == 200
    return len(asked)


# Five thousand products in one statement: enough for the planner to prefer an index.
MANY = """
WITH goods AS (
  INSERT INTO catalog_product (public_id, shop_id, title, description, language, state, version,
                               created_at, published_at, search)
  SELECT lpad(n::text, 10, '0'), %(shop)s, 'thing ' || md5(n::text), '', 'en', 'live', 1,
         %(now)s, %(now)s - n * interval '1 second', to_tsvector('simple', 'thing w' || n)
  FROM generate_series(1, 5000) n RETURNING id
)
INSERT INTO catalog_variant (product_id, name, price_minor, available, reserved, position,
                             is_offered)
SELECT id, '', 5000, 1, 0, 0, true FROM goods
"""


@pytest.fixture
def warehouse(scarf_shop, noon):
    with connection.cursor() as cursor:
        cursor.execute(MANY, {"shop": scarf_shop.pk, "now": noon})
        # What earlier tests wrote and took back waits before the index and looks like its size.
        cursor.execute("SELECT gin_clean_pending_list('products_by_word')")
        cursor.execute("ANALYZE catalog_product, catalog_variant")


def plan_of(text):
    """Return how PostgreSQL goes about the last ranking that these words lead to."""
    with CaptureQueriesContext(connection) as asked:
        search.find(None, search.read(text))
    settings = [query["sql"] for query in asked if "set_config" in query["sql"]]
    rankings = [query["sql"] for query in asked if "WITH picks" in query["sql"]]
    with transaction.atomic(), connection.cursor() as cursor:
        for setting in settings:
            cursor.execute(setting)
        cursor.execute("EXPLAIN " + rankings[-1])
        return "\n".join(line for (line,) in cursor.fetchall())


def test_a_word_is_looked_up_in_the_index_of_words(warehouse):
    assert found("w4711") == ["thing " + md5(b"4711").hexdigest()]
    assert "products_by_word" in plan_of("w4711")
    assert "Seq Scan on catalog_product" not in plan_of("w4711")


def test_a_near_miss_is_looked_up_by_its_letters(warehouse, scarf_shop):
    put_on_sale(scarf_shop, "Cashmere scarf")

    assert found("cashmire") == ["Cashmere scarf"]
    plan = plan_of("cashmire")
    assert "products_by_letters" in plan
    assert "Seq Scan on catalog_product" not in plan
