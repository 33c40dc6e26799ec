"""Who does what on the street, one small journey each; every step works without scripts.

Steps press what stands on the page and find it by its name, its action or where it leads,
never by its sentence, so that they read the same in both languages.
"""

from __future__ import annotations

import re
from io import BytesIO

from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Response

from tests.journeys.street import Street, wait_for
from tests.journeys.visitor import Visitor
from tests.passkeys import give_passkeys

PUBLIC_ID = re.compile(r"/([0-9A-Z]{10})(?:[/?#]|$)")
WHATSAPP = "WhatsApp/2.23.20.0 A"


def picture(words: str, *, colour: str = "#cc8822") -> FilePayload:
    """Return a photo as a phone would hand it over."""
    drawn = Image.new("RGB", (1200, 1200), colour)
    ImageDraw.Draw(drawn).ellipse((300, 300, 900, 900), fill="#ffeecc")
    out = BytesIO()
    drawn.save(out, "JPEG", quality=85)
    return {"name": f"{words}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def public_id_in(address: str) -> str:
    """Return the public id that an address names."""
    found = PUBLIC_ID.search(address)
    assert found is not None, address
    return found[1]


# --- coming in ---------------------------------------------------------------------------


def sign_in(visitor: Visitor, contact: str, *, then: str, name: str = "") -> None:
    """Prove an e-mail address or a phone number by the code that is sent there."""
    visitor.go(f"/accounts/{'signup' if name else 'login'}/?next={then}")
    letters_go_to = contact if "@" in contact else f"86{contact}@sms.invalid"
    before = len(visitor.street.letters_to(letters_go_to))
    if name:
        visitor.type("name", name)
    visitor.type("contact", contact)
    visitor.press("form:has([name=contact]) button[type=submit]")
    code = visitor.street.code_sent_to(letters_go_to, after=before)
    if visitor.scripts:  # the page sends itself once six digits are there
        with visitor.page.expect_navigation():
            visitor.type("code", code)
    else:
        visitor.type("code", code)
        visitor.press("form:has([name=code]) button[type=submit]")
    assert visitor.path == then


def hire_moderator(street: Street, email: str) -> None:
    """Make somebody a moderator, as an operator does."""
    street.manage(
        "shell",
        "-c",
        "from people.models import Person, StaffRole;"
        f"StaffRole.objects.create(person=Person.objects.get(email={email!r}), role='moderator')",
    )


def add_passkey(staff: Visitor, *, then: str) -> None:
    """Be led from the desk to adding a passkey, and back to the desk."""
    give_passkeys(staff.page)
    staff.go(then)
    assert staff.path == f"/accounts/2fa/webauthn/add/?next={then}"
    with staff.page.expect_navigation(url=f"**{then}"):
        staff.find("#mfa_webauthn_add").click()


# --- the vendor ----------------------------------------------------------------------------


def open_shop(vendor: Visitor, *, name: str, handle: str, theme: str = "tea") -> None:
    """Fill the second of the two screens."""
    assert vendor.path == "/open"
    vendor.type("name", name)
    vendor.type("handle", handle)
    vendor.find(f'[name="theme"][value="{theme}"]').check(force=True)
    vendor.press("button[form=open]")
    assert vendor.path == "/shop/products/new"


def list_product(
    vendor: Visitor, *, title: str, price: str, pieces: int, words: str, photos: list[FilePayload]
) -> str:
    """Fill the editor with photos and all, publish, and return the product's public id."""
    vendor.go("/shop/products/new")
    vendor.find('input[type="file"][name="photos"]').set_input_files(photos)
    if vendor.scripts:  # they travel while the rest is typed
        sent = '.shot input[type=hidden][name="photo_ids"]:not([value=""])'
        wait_for(lambda: vendor.find(sent).count() == len(photos), "the photos to be taken")
    vendor.type("title", title)
    vendor.type("v-0-price", price)
    vendor.type("v-0-stock", str(pieces))
    vendor.type("description", words)
    vendor.press('button[form=edit][value="publish"]')
    assert vendor.path == "/shop/products", vendor.words()
    row = vendor.find("#main a[href^='/shop/products/']").filter(has_text=title)
    return public_id_in(row.first.get_attribute("href") or "")


def dispatch(vendor: Visitor, *, buyer: str, carrier: str, number: str) -> None:
    """Send the oldest parcel for somebody of this name."""
    vendor.go("/shop/orders")
    card = vendor.find("li.card").filter(has_text=buyer).first
    card.locator("summary").click()
    card.locator('[name="carrier"]').fill(carrier)
    card.locator('[name="number"]').fill(number)
    with vendor.page.expect_navigation():
        card.locator('form[action$="/dispatch"] button').click()
    assert vendor.path == "/shop/orders"


def news_of(person: Visitor) -> str:
    """Return everything this person was told so far."""
    person.go("/me/notices")
    return person.words()


# --- the moderator ---------------------------------------------------------------------------


def decide(moderator: Visitor, title: str, *, reason: str = "") -> None:
    """Open what waits under this title and approve it, or send it back with a reason."""
    moderator.go("/desk/")
    moderator.press(f'#list a[href^="/desk/"]:text-is("{title}")')
    if reason:
        moderator.type("reason", reason)
    moderator.press("#send-back" if reason else "#approve")


# --- the shopper -----------------------------------------------------------------------------


def choose(shopper: Visitor, act: str, *, pieces: int = 1) -> None:
    """Press one of the product's two buttons; with scripts it may ask in a sheet how many."""
    button = f'.buybar button[form=buy][value="{act}"]'
    opener = shopper.find(f"{button}[data-options]")
    if shopper.scripts and opener.count():
        opener.click()
        button = "#buy [data-go]"
    if pieces > 1:
        shopper.type("quantity", str(pieces))
    shopper.press(button)


def put_in_bag(shopper: Visitor, *, pieces: int) -> None:
    """Put so many of the open product into the bag, and look into the bag."""
    choose(shopper, "add", pieces=pieces)
    shopper.press('.buybar a[href="/bag"]')


def check_out(shopper: Visitor, *, name: str, phone: str) -> int:
    """Type where it goes, and return how many fields that took."""
    typed = {
        "name": name,
        "phone": phone,
        "region": "陕西省 西安市 雁塔区",
        "address": "科技路 10 号 3 单元 501",
    }
    for field, words in typed.items():
        shopper.type(field, words)
    shopper.press("button[form=checkout]")
    return len(typed)


def pay(shopper: Visitor) -> str:
    """Press *pay* on the provider's page; return the path of the order it leads back to."""
    assert "/pay/" in shopper.page.url
    assert not shopper.page.url.startswith(shopper.street.base_url)
    shopper.press('button[name=act][value="pay"]')
    assert shopper.path.startswith("/o/"), shopper.page.url
    return shopper.path


def buy_now(shopper: Visitor, product: str, *, name: str, phone: str) -> str:
    """Buy one of a product in one go and return the order's path."""
    shopper.go(f"/p/{product}")
    choose(shopper, "buy")
    assert shopper.path.startswith("/checkout?only=")
    check_out(shopper, name=name, phone=phone)
    return pay(shopper)


def confirm_receipt(buyer: Visitor, order: str) -> None:
    """Say that the parcel is there; with scripts that is a sheet, without it lies open."""
    _act_on(buyer, order, sheet="received", act="confirm")


def ask_money_back(buyer: Visitor, order: str) -> None:
    """Take the whole order back before it was sent."""
    _act_on(buyer, order, sheet="back", act="refund")


def _act_on(buyer: Visitor, order: str, *, sheet: str, act: str) -> None:
    buyer.go(order)
    if buyer.scripts:
        buyer.find(f'[commandfor="{sheet}"]').click()
    buyer.press(f'form[action="{order}/{act}"] button')
    assert buyer.path == order


def order_in_letter(street: Street, phone: str) -> str:
    """Wait for the text message about an order and return the signed path in it."""

    def path() -> str:
        letters = street.letters_to(f"86{phone}@sms.invalid")
        found = (re.search(r"https?://[^/\s]+(/o/[^\s]+)", one.words) for one in letters)
        return next((match[1] for match in found if match), "")

    return str(wait_for(path, f"a message with the order to {phone}"))


# --- trust, and sharing --------------------------------------------------------------------


def endorse(person: Visitor, product: str, *, words: str) -> None:
    """Recommend what one received, to everybody; this leads to the share page."""
    person.go(f"/p/{product}/endorse")
    person.find('[name="verdict"][value="yes"]').check(force=True)
    person.type("words", words)
    person.find('[name="visibility"][value="everyone"]').check(force=True)
    person.press("button[form=endorse]")
    assert person.path == f"/p/{product}/share"


def own_link(person: Visitor) -> str:
    """Return the link that stands on the open share page."""
    return str(person.find("#link").input_value())


def opens_link(stranger: Visitor, link: str) -> str:
    """Open a friend's link and return the first answer's body: one page, no redirect."""
    answer: Response = stranger.go(link)
    assert (answer.status, answer.request.redirected_from, answer.url) == (200, None, link)
    return answer.text()


def ask_to_be_friends(person: Visitor, contact: str) -> None:
    """Ask somebody whose address or number one knows."""
    person.go("/me/friends")
    person.type("who", contact)
    person.press("form:has([name=who]) button")


def accept_friend(person: Visitor) -> str:
    """Say yes to the one who asks, and return their public id."""
    person.go("/me/friends")
    form = 'form[action^="/u/"][action$="/accept"]'
    asker = public_id_in(person.find(form).first.get_attribute("action") or "")
    person.press(f"{form} button")
    return asker


def block(person: Visitor, other: str) -> None:
    """Shut the door on somebody."""
    person.go(f"/u/{other}")
    person.press(f'a[href="/u/{other}/block"]')
    person.press(f'form[action="/u/{other}/block"] button')


# --- money -------------------------------------------------------------------------------------


def set_destination(person: Visitor, *, holder: str, identifier: str) -> None:
    """Say where one's money goes."""
    person.go("/me/wallet/destination")
    person.type("holder", holder)
    person.type("identifier", identifier)
    person.press('form[action="/me/wallet/destination"] button')
    assert person.path == "/me/wallet"


def withdraw(person: Visitor) -> None:
    """Take out everything that sharing earned."""
    person.go("/me/wallet")
    person.press('form[action="/me/wallet/withdraw"] button')
    assert person.path == "/me/wallet"
