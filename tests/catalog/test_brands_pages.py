"""The pages of brands and certificates: who sees which, what they say, what they refuse."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import brand_minding, brands
from catalog.models import Brand
from tests.catalog.brands import CERTIFICATE, REGISTRATION, text

NONSENSE = [
    "\x00",
    "9" * 40,
    "-1",
    "١٢٣",
    "👩‍👩‍👧",
    "  \u3000\t",
    "<script>",
    "a\r\nb",
    "x" * 10_000,
]


def paths(brand, certificate):
    return [
        "/me/brands",
        "/me/brands/new",
        f"/me/brands/{brand.public_id}",
        f"/me/brands/{brand.public_id}/issue",
        f"/me/certificates/{certificate.public_id}",
        f"/b/{certificate.public_id}",
    ]


# --- registering --------------------------------------------------------------------------------


def test_a_brand_is_registered_on_one_page(her, mei, noon):
    assert "Is a brand yours?" in text(her.get("/me/brands"))
    answer = her.post("/me/brands/new", REGISTRATION)

    brand = Brand.objects.get()
    assert answer["Location"] == f"/me/brands/{brand.public_id}"
    assert (brand.owner, brand.words) == (mei, ["山蜜", "Shanmi", "山蜜牌", "Shan Mi"])
    assert (brand.policy, brand.state) == ("block", "waiting")
    assert "being checked" in text(her.get("/me/brands"))
    assert "Until then it changes nothing" in text(her.get(answer["Location"]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name_zh": "", "name_en": ""}, "Write its name in one of the two."),
        ({"name_en": "S"}, "A name has at least two letters or characters."),
        ({"name_zh": "。。"}, "A name has at least two letters or characters."),
        ({"spellings": "山"}, "A name has at least two letters or characters."),
        ({"spellings": "\n".join(f"ab{n}" for n in range(11))}, "Write at most 10."),
        ({"spellings": "a" * 41}, "Each has at most 40 signs."),
        ({"register_number": ""}, "This field is required."),
        ({"policy": "burn"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(her, noon, change, words):
    answer = her.post("/me/brands/new", REGISTRATION | change)

    assert answer.status_code == 422
    assert words in text(answer)
    assert "CNIPA" in answer.content.decode()  # what was typed is kept
    assert not Brand.objects.exists()


@pytest.mark.parametrize("value", NONSENSE)
def test_nonsense_is_refused_or_taken_and_never_an_error(her, shanmi, hill_shop, value):
    certificate = dict.fromkeys([*CERTIFICATE, "category", "products"], value)
    for path, fields in {
        "/me/brands/new": dict.fromkeys(REGISTRATION, value),
        f"/me/brands/{shanmi.public_id}": {"policy": value},
        f"/me/brands/{shanmi.public_id}/issue": certificate,
    }.items():
        assert her.post(path, fields).status_code == 422
    for name in ("category", "products", "areas", "price_min", "first_day", "last_day"):
        answer = her.post(f"/me/brands/{shanmi.public_id}/issue", CERTIFICATE | {name: value})
        assert answer.status_code in {302, 422}


def test_a_sixth_waiting_brand_is_a_409(her, mei, noon):
    for number in range(5):
        her.post("/me/brands/new", REGISTRATION | {"register_number": f"n{number}"})

    answer = her.post("/me/brands/new", REGISTRATION | {"register_number": "n5"})

    assert answer.status_code == 409
    assert Brand.objects.count() == 5


def test_a_refused_brand_is_mended_and_sent_in_again(her, registered, wulan):
    brands.refuse(brand=registered, moderator=wulan, reason="Wrong number.")
    path = f"/me/brands/{registered.public_id}"
    assert "Wrong number." in text(her.get(path))

    answer = her.post(f"{path}/edit", REGISTRATION | {"register_number": "777"})

    registered.refresh_from_db()
    assert answer["Location"] == path
    assert (registered.state, registered.register_number) == ("waiting", "777")


def test_a_refused_brand_beyond_the_fifth_that_waits_is_a_409(her, registered, mei, wulan):
    brands.refuse(brand=registered, moderator=wulan, reason="Wrong number.")
    for number in range(5):
        her.post("/me/brands/new", REGISTRATION | {"register_number": f"n{number}"})

    answer = her.post(f"/me/brands/{registered.public_id}/edit", REGISTRATION)

    registered.refresh_from_db()
    assert (answer.status_code, registered.state) == (409, "refused")


def test_a_verified_brand_is_not_rewritten(her, shanmi):
    path = f"/me/brands/{shanmi.public_id}/edit"
    assert her.get(path).status_code == 409
    assert her.post(path, REGISTRATION | {"name_en": "Nike"}).status_code == 409
    shanmi.refresh_from_db()
    assert shanmi.name_en == "Shanmi"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_speaks_both_languages_in_few_questions(
    her, shanmi, issued, writes, mei, hill_shop, language
):
    her.cookies["django_language"] = language
    certificate = issued(days=10, price_min_minor=9900)
    writes()
    brand_minding.mind()
    most = {0: 5, 1: 5, 2: 12, 3: 6, 4: 9, 5: 5}
    for place, path in enumerate(paths(shanmi, certificate)):
        with CaptureQueriesContext(connection) as asked:
            answer = her.get(path)
        assert answer.status_code == 200
        assert len(asked) <= most[place], (path, len(asked))


def test_a_long_list_asks_no_more_than_a_short_one(her, shanmi, issued, hill_shop):
    def asked(path):
        with CaptureQueriesContext(connection) as queries:
            assert her.get(path).status_code == 200
        return len(queries)

    path = f"/me/brands/{shanmi.public_id}"
    issued(days=1)
    few = asked(path)
    for days in range(2, 12):
        issued(days=days)
    assert asked(path) == few


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("verified", "Shanmi is verified What was verified stays as it is."),
        ("closed", "Shanmi is closed Its certificates are over."),
    ],
)
def test_what_a_brand_cannot_do_as_it_stands_is_said(her, shanmi, mei, state, said):
    if state == "closed":
        brands.close(brand=shanmi, by=mei, reason="sold")
    answer = her.post(f"/me/brands/{shanmi.public_id}/edit", REGISTRATION)

    assert answer.status_code == 409
    assert said in text(answer)
    if state == "closed":
        for path, sent in (
            ("issue", CERTIFICATE),
            ("", {"policy": "mark"}),
            ("close", {"reason": "x"}),
        ):
            again = her.post(f"/me/brands/{shanmi.public_id}/{path}".rstrip("/"), sent)
            assert (again.status_code, said in text(again)) == (409, True)


def test_who_waits_for_a_moderator_reads_so(her, registered):
    answer = her.post(f"/me/brands/{registered.public_id}/issue", CERTIFICATE)

    assert answer.status_code == 409
    assert "Shanmi is still being checked" in text(answer)
