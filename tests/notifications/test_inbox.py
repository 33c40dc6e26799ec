"""The inbox: one's own news, read when opened."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications.models import Notice
from notifications.telling import tell


def news(person, key="1", path="/me/friends") -> Notice:
    tell(person_id=person.pk, kind="friend_request", key=key, data={"person": "<小雨>"}, path=path)
    return Notice.objects.get(key__endswith=f":{key}")


def reader(person) -> Client:
    client = Client()
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return client


def test_an_empty_inbox_says_what_will_be_here(linwei):
    assert "No notices yet" in reader(linwei).get("/me/notices").content.decode()


def test_news_is_shown_with_its_facts_escaped(linwei):
    news(linwei)

    page = reader(linwei).get("/me/notices").content.decode()

    assert "&lt;小雨&gt; would like to be friends." in page
    assert "1 unread" in page


def test_opening_news_leads_on_and_marks_it_read_once(linwei):
    notice = news(linwei)
    client = reader(linwei)

    answer = client.get(f"/me/notices/{notice.public_id}")

    assert answer["Location"] == "/me/friends"
    notice.refresh_from_db()
    first = notice.read_at
    assert first is not None
    client.get(f"/me/notices/{notice.public_id}")
    notice.refresh_from_db()
    assert notice.read_at == first


def test_news_without_a_page_leads_back_to_the_inbox(linwei):
    notice = news(linwei, path="")

    assert reader(linwei).get(f"/me/notices/{notice.public_id}")["Location"] == "/me/notices"


def test_somebody_elses_news_is_not_there(linwei, xiaoyu):
    notice = news(linwei)

    assert reader(xiaoyu).get(f"/me/notices/{notice.public_id}").status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


def test_all_is_marked_read_and_only_ones_own(linwei, xiaoyu):
    news(linwei, "1"), news(linwei, "2"), news(xiaoyu, "3")

    assert reader(linwei).get("/me/notices/read").status_code == 405
    reader(linwei).post("/me/notices/read")

    assert Notice.objects.filter(read_at=None).get().person == xiaoyu


def test_the_inbox_asks_the_same_few_questions_with_1_and_with_29(linwei):
    client = reader(linwei)
    news(linwei, "0")
    with_one = queries_of(client)
    for number in range(1, 29):
        news(linwei, str(number))

    assert queries_of(client) == with_one


def queries_of(client: Client) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/me/notices").status_code == 200
    return len(asked)


def test_nonsense_pages_show_the_nearest(linwei):
    for number in range(31):
        news(linwei, str(number))

    for page in ("0", "-1", "99999999999999999999", "x", "²"):
        assert reader(linwei).get("/me/notices", {"page": page}).status_code == 200
    assert "Page 2 of 2" in reader(linwei).get("/me/notices?page=2").content.decode()
