"""The parts of the design, as markup: what a reader without eyes or without scripts gets."""

from types import SimpleNamespace

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template import engines
from django.utils import translation
from django_cotton.compiler_regex import CottonCompiler

from kit.samples import SampleCard, SampleForm, SamplePhoto


@pytest.fixture
def draw(rf):
    """Return a function that renders a piece of template and folds its white space."""

    def draw_(source, language="zh-hans", **context):
        compiled = CottonCompiler().process(source)
        request = rf.get("/")
        with translation.override(language):
            html = engines["django"].from_string(compiled).render(context, request)
        return " ".join(html.split())

    return draw_


def test_a_price_is_drawn_in_three_sizes_and_read_as_one_amount(draw):
    html = draw('<c-price :minor="minor" currency="CNY" size="m" />', minor=6850)
    assert '<span class="price m">' in html
    assert '<span aria-hidden="true"><small>¥</small>68<small>.50</small></span>' in html
    assert '<span class="vh">¥68.50</span>' in html


def test_the_lowest_of_several_prices_says_so_where_the_language_puts_it(draw):
    source = '<c-price :minor="3900" :from="True" />'
    assert "<small>.00 起</small>" in draw(source)
    assert "<small>from " in draw(source, language="en")


def test_a_face_is_a_picture_or_the_first_letter(draw):
    wei = SimpleNamespace(name="林薇", avatar="ab/cdef")
    html = draw('<c-avatar :person="wei" size="s" />', wei=wei)
    assert 'src="/media/people/ab/cdef-96.webp"' in html
    assert 'alt=""' in html

    grace = SimpleNamespace(name="grace", avatar="")
    html = draw('<c-avatar :person="grace" />', grace=grace)
    assert 'aria-hidden="true">G</span>' in html
    html = draw('<c-avatar :person="grace" label="Grace" />', grace=grace)
    assert 'role="img" aria-label="Grace">G</span>' in html


def test_a_picture_names_only_files_that_exist(draw):
    photo = SimpleNamespace(
        name="ab/cd", alt="蜂蜜", width=1200, height=900, widths=[780, 390], avif_widths=[390]
    )
    html = draw('<c-photo :photo="photo" sizes="50vw" priority="1" />', photo=photo)
    assert '<source type="image/avif" srcset="/media/photos/ab/cd-390.avif 390w"' in html
    assert "/media/photos/ab/cd-390.webp 390w, /media/photos/ab/cd-780.webp 780w" in html
    assert 'width="1200" height="900" alt="蜂蜜"' in html
    assert 'fetchpriority="high"' in html
    assert "lazy" not in html

    assert 'loading="lazy"' in draw('<c-photo :photo="photo" />', photo=photo)
    photo.avif_widths = []
    assert "avif" not in draw('<c-photo :photo="photo" />', photo=photo)


def test_no_picture_yet_draws_an_empty_frame(draw):
    assert "<img" not in draw('<c-photo :photo="photo" />', photo=None)


def test_a_field_ties_label_help_and_error_to_its_input(draw):
    form = SampleForm({"price": ""})
    html = draw('<c-field :field="form.price" prefix="¥" />', form=form)
    assert '<label for="id_price">' in html
    assert 'aria-describedby="id_price_helptext id_price_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<p class="help" id="id_price_helptext">' in html
    assert 'id="id_price_error"' in html
    assert "请填写这一项。" in html


def test_only_what_may_stay_empty_is_marked(draw):
    form = SampleForm()
    assert "（选填）" in draw('<c-field :field="form.story" />', form=form)
    assert "（选填）" not in draw('<c-field :field="form.name" />', form=form)


def test_choices_are_a_group_with_a_name(draw):
    html = draw('<c-field :field="form.verdict" />', form=SampleForm())
    assert "<fieldset> <legend>你会推荐给朋友吗？</legend>" in html
    assert html.count('<label class="choice"') == 3


def test_a_form_to_mend_begins_with_links_to_its_fields(draw):
    form = SampleForm({"price": "68"})
    html = draw("{{ form }}", form=form)
    assert html.index('class="summary"') < html.index('for="id_name"')
    assert "要继续，还差 3 处：" in html
    assert '<a href="#id_name">名称：请填写这一项。</a>' in html
    assert 'href="#id_verdict"' in html
    assert 'id="id_verdict" tabindex="-1"' in html
    assert 'tabindex="-1" autofocus' in html
    assert "To go on, mend 3 things:" in draw("{{ form }}", language="en", form=form)


def test_a_form_in_order_has_no_summary(draw):
    assert "summary" not in draw('<c-errors :form="form" />', form=SampleForm())


def test_a_card_is_one_link_and_says_who_stands_behind_the_thing(draw):
    card = SampleCard("蜂蜜", 6800, None, SimpleNamespace(name="林薇", avatar=""), "林薇推荐")
    html = draw('<c-product-card :card="card" />', card=card)
    assert html.count("<a ") == 1
    assert '<a href="#cards">蜂蜜</a>' in html
    assert "<span>林薇推荐</span>" in html
    assert " 起" not in html


def test_a_card_may_be_a_dictionary_that_lacks_what_it_has_not(draw):
    card = {"path": "/p/7kq2xb", "title": "蜂蜜", "price_minor": 6800, "currency": "CNY"}
    html = draw('<c-product-card :card="card" />', card=card)
    assert '<a href="/p/7kq2xb">蜂蜜</a>' in html
    assert '<span class="vh">¥68.00</span>' in html


def test_a_sheet_is_a_named_dialog_with_a_close_button(draw):
    html = draw('<c-sheet id="share" title="分享给朋友">words</c-sheet>')
    assert '<dialog class="sheet" id="share" aria-labelledby="share-title" closedby="any">' in html
    assert '<h2 id="share-title">分享给朋友</h2>' in html
    assert '<form method="dialog">' in html


def test_the_open_door_is_marked_and_the_bag_is_counted(draw):
    html = draw('<c-tabbar on="bag" />', bag_count="3")
    assert '<a href="/bag" aria-current="page">' in html
    assert html.count("aria-current") == 1
    assert '<b class="count"><span class="vh">件数： </span>3</b>' in html
    assert 'class="count"' not in draw("<c-tabbar />", bag_count="")


def test_what_is_past_is_said_and_not_only_coloured(draw):
    html = draw('<c-steps :steps="steps" />', steps=[("已付款", "周日", True), ("确认", "", False)])
    assert html.count('<li class="on">') == 1
    assert '已付款</b><span class="vh"> （已完成）</span>' in html


def test_pages_lead_both_ways_and_keep_the_filter(draw, rf):
    page = Paginator(range(70), 10).get_page(2)
    source = '<c-pager :page="page" />'
    html = draw(source, page=page)
    assert 'rel="prev" href="?page=1"' in html
    assert 'rel="next" href="?page=3"' in html
    assert "第 2 / 7 页" in html
    assert draw(source, page=Paginator([1], 10).get_page(1)) == ""


def test_a_message_can_be_undone_by_a_plain_form(draw):
    said = [Message(constants.SUCCESS, "已移除", extra_tags="undo:/bag/undo")]
    html = draw("<c-toasts />", messages=said)
    assert '<div class="toasts" role="status"' in html
    assert '<form method="post" action="/bag/undo">' in html

    elsewhere = [Message(constants.SUCCESS, "x", extra_tags="undo://evil.test/")]
    assert "<form" not in draw("<c-toasts />", messages=elsewhere)


def test_what_people_write_is_never_markup(draw):
    trap = "<script>alert(1)</script>"
    for source in (
        '<c-topbar :title="trap" />',
        '<c-stat :label="trap" :value="trap" />',
        '<c-avatar :name="trap" :label="trap" />',
        "<c-badge>{{ trap }}</c-badge>",
        '<c-empty :title="trap" :label="trap" action="/">{{ trap }}</c-empty>',
        '<c-proof :title="trap">{{ trap }}</c-proof>',
        '<c-steps :steps="steps" />',
    ):
        assert "<script>" not in draw(source, trap=trap, steps=[(trap, trap, True)])


def test_a_sample_lies_with_the_style_sheets(draw):
    html = draw('<c-photo :photo="photo" />', photo=SamplePhoto("honey", "x"))
    assert "/static/samples/honey-390.webp 390w" in html
