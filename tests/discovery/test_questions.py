"""Asking friends or a circle for what was not found."""

import pytest

from catalog.models import Endorsement, Rule
from discovery import asking
from discovery.models import Answer, Question
from notifications.models import Notice
from people.models import Block, Circle, CircleMember
from tests.discovery.conftest import befriend, put_on_sale, receive
from tests.races import all_at_once


@pytest.fixture
def circle(linwei, xiaoyu, chen):
    made = Circle.objects.create(host=linwei, name="山货小圈")
    for person, state in ((linwei, "member"), (xiaoyu, "member"), (chen, "left")):
        CircleMember.objects.create(circle=made, person=person, state=state)
    return made


@pytest.fixture
def asked(linwei, xiaoyu):
    """Xiaoyu asks her friends, of whom there is Lin Wei."""
    befriend(linwei, xiaoyu)
    return asking.ask(asker=xiaoyu, words="好蜂蜜")


def told(kind):
    return [one.person.name for one in Notice.objects.filter(kind=kind).order_by("person")]


def test_friends_are_told_once_however_often_one_asks(linwei, xiaoyu, asked):
    assert asking.ask(asker=xiaoyu, words="好蜂蜜") == asked

    assert told("question_asked") == ["林薇"]
    assert Question.objects.count() == 1


def test_a_circle_is_asked_by_its_members_alone(linwei, xiaoyu, chen, circle):
    asking.ask(asker=xiaoyu, words="好蜂蜜", circle=circle)
    assert told("question_asked") == ["林薇"]

    with pytest.raises(asking.NobodyToAsk):
        asking.ask(asker=chen, words="好蜂蜜", circle=circle)
    assert Question.objects.count() == 1


def test_who_has_no_friends_asks_nobody(xiaoyu):
    with pytest.raises(asking.NobodyToAsk):
        asking.ask(asker=xiaoyu, words="好蜂蜜")
    assert Question.objects.count() == 0


def test_ten_questions_a_day_are_enough(linwei, xiaoyu):
    befriend(linwei, xiaoyu)
    for number in range(10):
        asking.ask(asker=xiaoyu, words=f"第{number}样")

    with pytest.raises(asking.AskedTooMuch):
        asking.ask(asker=xiaoyu, words="第十一样")
    assert Question.objects.count() == 10


def test_blocked_members_are_not_asked_and_see_no_question(linwei, xiaoyu, circle, hao):
    CircleMember.objects.create(circle=circle, person=hao, state="member")
    Block.objects.create(blocker=hao, blocked=xiaoyu)
    question = asking.ask(asker=xiaoyu, words="好蜂蜜", circle=circle)

    assert told("question_asked") == ["林薇"]
    assert not Question.objects.seen_by(hao).exists()
    with pytest.raises(Question.DoesNotExist):
        asking.answer(question=question, person=hao, words="有")
    assert Answer.objects.count() == 0


def test_the_asker_is_told_and_an_answer_can_be_put_better(linwei, xiaoyu, asked, scarf_shop):
    asking.answer(question=asked, person=linwei, words="有")
    scarf = put_on_sale(scarf_shop, "围巾")
    asking.answer(question=asked, person=linwei, words="这个好", product=scarf)

    said = Answer.objects.get()
    assert (said.words, said.product) == ("这个好", scarf)
    assert told("question_answered") == ["周晓雨"]


def test_nobody_answers_themselves_or_what_is_closed(linwei, xiaoyu, asked):
    with pytest.raises(asking.OwnQuestion):
        asking.answer(question=asked, person=xiaoyu, words="我")
    assert asking.close(question=asked, by=linwei) is False
    assert asking.close(question=asked, by=xiaoyu) is True
    with pytest.raises(asking.Over):
        asking.answer(question=asked, person=linwei, words="有")
    assert Answer.objects.count() == 0


def test_one_friend_does_not_read_what_another_answered(linwei, xiaoyu, chen, asked):
    befriend(chen, xiaoyu)
    for person in (linwei, chen):
        asking.answer(question=asked, person=person, words=person.name)

    read = {one: [said.words for said in asking.answers_seen(asked, one)]
            for one in (xiaoyu, linwei, chen)}  # fmt: skip
    assert read == {xiaoyu: ["林薇", "陈姐"], linwei: ["林薇"], chen: ["陈姐"]}


@pytest.mark.django_db(transaction=True)
def test_two_taps_ask_once(linwei, xiaoyu):
    befriend(linwei, xiaoyu)

    outcomes = all_at_once(lambda: asking.ask(asker=xiaoyu, words="好蜂蜜"), times=3)

    assert {one.pk for one in outcomes} == {Question.objects.get().pk}


def test_a_search_that_found_nothing_asks_friends_in_one_tap(client, linwei, xiaoyu):
    befriend(linwei, xiaoyu)
    client.force_login(xiaoyu)
    page = client.get("/search", {"q": "好蜂蜜"}).content.decode()
    assert 'action="/friends/questions/ask"' in page
    assert 'name="words" value="好蜂蜜"' in page

    answer = client.post("/friends/questions/ask", {"words": "好蜂蜜"})

    question = Question.objects.get()
    assert answer["Location"] == f"/friends/questions/{question.public_id}"
    assert question.words == "好蜂蜜"


def test_a_search_in_a_circle_asks_that_circle(client, xiaoyu, circle):
    client.force_login(xiaoyu)
    page = client.get("/search", {"q": "好蜂蜜", "among": circle.public_id}).content.decode()
    assert f'name="circle" value="{circle.public_id}"' in page

    client.post("/friends/questions/ask", {"words": "好蜂蜜", "circle": circle.public_id})

    assert Question.objects.get().circle == circle


@pytest.mark.parametrize("sent", [{}, {"words": "  "}, {"words": "长" * 81}])
def test_a_question_needs_words_of_a_length(client, linwei, xiaoyu, sent):
    befriend(linwei, xiaoyu)
    client.force_login(xiaoyu)

    assert client.post("/friends/questions/ask", sent).status_code == 422
    assert Question.objects.count() == 0


def test_who_has_nobody_to_ask_is_shown_where_to_find_friends(client, xiaoyu):
    client.force_login(xiaoyu)

    answer = client.post("/friends/questions/ask", {"words": "好蜂蜜"})

    assert answer.status_code == 409
    assert 'href="/me/friends"' in answer.content.decode()


def test_an_answer_with_what_one_received_becomes_a_draft(client, linwei, asked, scarf_shop, noon):
    scarf = put_on_sale(scarf_shop, "羊绒围巾")
    path = f"/friends/questions/{asked.public_id}"
    client.force_login(linwei)
    link = f"http://testserver/p/{scarf.public_id}?from=x"
    client.post(path, {"words": "戴了一冬天", "product": link})
    assert "/endorse" not in client.get(path).content.decode()

    receive(linwei, scarf)
    page = client.get(path).content.decode()
    draft = f"/p/{scarf.public_id}/endorse?words=%E6%88%B4"
    assert draft in page
    page = client.get(f"/p/{scarf.public_id}/endorse", {"words": "戴了一冬天"}).content.decode()
    assert 'value="戴了一冬天"' in page
    assert Endorsement.objects.count() == 0


@pytest.mark.parametrize(
    "sent", [{}, {"product": "ZZZZZZZZZZ"}, {"product": "what"}, {"words": "长" * 201}]
)
def test_an_answer_that_says_nothing_is_mended_on_the_page(client, linwei, asked, sent):
    client.force_login(linwei)

    answer = client.post(f"/friends/questions/{asked.public_id}", sent)

    assert answer.status_code == 422
    assert Answer.objects.count() == 0


def test_a_stranger_gets_404(client, hao, asked):
    client.force_login(hao)
    path = f"/friends/questions/{asked.public_id}"

    assert client.get(path).status_code == 404
    assert client.post(path, {"words": "有"}).status_code == 404
    assert client.post(f"{path}/close").status_code == 404


def test_the_list_shows_ones_own_and_what_friends_and_circles_ask(
    client, linwei, xiaoyu, circle, asked
):
    asking.ask(asker=linwei, words="好茶", circle=circle)
    client.force_login(xiaoyu)

    page = client.get("/friends/questions").content.decode()

    assert "好蜂蜜" in page
    assert "好茶" in page
    client.post(f"/friends/questions/{asked.public_id}/close")
    assert "已经关闭" in client.get(f"/friends/questions/{asked.public_id}").content.decode()


def test_the_list_counts_the_answers_its_reader_may_read(client, linwei, xiaoyu, chen, asked):
    befriend(chen, xiaoyu)
    for person in (linwei, chen):
        asking.answer(question=asked, person=person, words="有")

    counts = {}
    for person in (xiaoyu, linwei):
        rows = Question.objects.seen_by(person).annotate(count=asking.answers_counted(person))
        counts[person] = rows.values_list("count", flat=True).get()
    Block.objects.create(blocker=chen, blocked=xiaoyu)
    rows = Question.objects.seen_by(xiaoyu).annotate(count=asking.answers_counted(xiaoyu))

    assert counts == {xiaoyu: 2, linwei: 1}
    assert rows.values_list("count", flat=True).get() == 1


def test_what_a_rule_sees_something_in_is_neither_asked_nor_answered(client, xiaoyu, asked, linwei):
    Rule.objects.create(code="no_wax", words=["石蜡"], reason_zh="不", reason_en="no")
    client.force_login(xiaoyu)
    page = client.post("/friends/questions/ask", {"words": "石蜡哪里买"})
    assert page.status_code == 422
    assert "石蜡" in page.content.decode()

    client.force_login(linwei)
    page = client.post(f"/friends/questions/{asked.public_id}", {"words": "石蜡也行"})
    assert page.status_code == 422
    assert 'value="石蜡也行"' in page.content.decode()
    assert (Question.objects.count(), Answer.objects.count()) == (1, 0)
