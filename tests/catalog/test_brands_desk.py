"""The desk looks at brands: verified, refused and closed, each with a reason."""

from __future__ import annotations

from dataclasses import replace

from catalog import brands
from catalog.models import BrandWord
from people.models import StaffRole
from tests.catalog.brands import text
from tests.catalog.conftest import SHANMI


def test_the_desk_verifies(moderator, registered):
    assert "Shanmi" in text(moderator.get("/desk/brands"))
    path = f"/desk/brands/{registered.public_id}"
    page = text(moderator.get(path))
    assert "CNIPA 12345678" in page
    assert "mei@example.test" in page

    answer = moderator.post(path, {"verdict": "verified"})

    registered.refresh_from_db()
    assert (answer.status_code, registered.state) == (302, "verified")
    assert "No brand waits" in text(moderator.get("/desk/brands"))
    assert "Shanmi" in text(moderator.get("/desk/brands?show=all"))


def test_what_was_written_anew_meanwhile_is_not_verified_unseen(moderator, registered):
    path = f"/desk/brands/{registered.public_id}"
    seen = moderator.get(path).context["seen"]
    assert f'name="seen" value="{seen}"' in moderator.get(path).text
    brands.send_in_again(brand=registered, written=replace(SHANMI, name_en="Nike"))

    assert moderator.post(path, {"verdict": "verified", "seen": seen}).status_code == 409
    refusal = {"verdict": "refused", "reason": "Not theirs.", "seen": seen}
    assert moderator.post(path, refusal).status_code == 409
    registered.refresh_from_db()
    assert (registered.state, registered.reason) == ("waiting", "")
    assert not BrandWord.objects.exists()

    seen = moderator.get(path).context["seen"]
    assert moderator.post(path, {"verdict": "verified", "seen": seen}).status_code == 302
    assert set(BrandWord.objects.values_list("plain", flat=True)) == {"山蜜", "nike", "山蜜牌"}


def test_the_desk_refuses_with_a_reason_only(moderator, registered):
    path = f"/desk/brands/{registered.public_id}"
    assert moderator.post(path, {"verdict": "refused"}).status_code == 422
    assert moderator.post(path, {"verdict": "eaten", "reason": "x"}).status_code == 422
    assert moderator.post(path, {}).status_code == 422
    registered.refresh_from_db()
    assert registered.state == "waiting"

    moderator.post(path, {"verdict": "refused", "reason": "Not theirs."})
    registered.refresh_from_db()
    assert (registered.state, registered.reason) == ("refused", "Not theirs.")
    assert moderator.post(path, {"verdict": "verified"}).status_code == 409


def test_the_desk_closes_what_proved_false(moderator, shanmi):
    path = f"/desk/brands/{shanmi.public_id}"
    moderator.post(path, {"verdict": "closed", "reason": "The register says otherwise."})

    shanmi.refresh_from_db()
    assert (shanmi.state, shanmi.reason) == ("closed", "The register says otherwise.")


def test_a_moderator_does_not_judge_their_own_brand(moderator, wulan, noon):
    brand = brands.register(owner=wulan, written=SHANMI)
    path = f"/desk/brands/{brand.public_id}"
    assert "This is your own brand" in text(moderator.get(path))
    for verdict in ("verified", "refused", "closed"):
        answer = moderator.post(path, {"verdict": verdict, "reason": "x"})
        assert answer.status_code == 409
    brand.refresh_from_db()
    assert brand.state == "waiting"


def test_a_spelling_that_is_taken_is_a_409(moderator, shanmi, linwei):
    other = brands.register(owner=linwei, written=SHANMI)
    answer = moderator.post(f"/desk/brands/{other.public_id}", {"verdict": "verified"})
    assert answer.status_code == 409
    other.refresh_from_db()
    assert other.state == "waiting"


def test_the_desk_is_there_for_moderators_alone(client, registered, mei, linwei):
    for path in ("/desk/brands", f"/desk/brands/{registered.public_id}"):
        assert client.get(path)["Location"].startswith("/accounts/login/?next=/desk/brands")
    StaffRole.objects.create(person=linwei, role="finance")
    for person in (mei, linwei):
        client.force_login(person)
        for path in ("/desk/brands", f"/desk/brands/{registered.public_id}"):
            assert client.get(path).status_code == 404
            assert client.post(path, {"verdict": "verified"}).status_code == 404
    registered.refresh_from_db()
    assert registered.state == "waiting"
