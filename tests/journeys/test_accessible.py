"""Every page of the story is for everybody: axe, narrow screens, targets, focus, both looks.

Each page is looked at in Chinese in three windows, of which one is dark, and once in English in
the narrowest, where long words break first. An error on the console fails the test, and so does
what the Content-Security-Policy refuses, which is said there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser import PHONE, overflow
from tests.journeys.street import Street, running_street
from tests.journeys.visitor import Visitor
from tests.journeys.world import World

Look = Literal["light", "dark"]
WINDOWS: dict[str, list[tuple[int, Look]]] = {
    "zh-hans": [(320, "light"), (390, "dark"), (1280, "light")],
    "en": [(320, "dark")],
}
ERRORS = {"/nothing-here": 404, "/s/?text=zzz": 422}

SMALL_TARGETS = """() => {
  const found = [];
  for (const node of document.querySelectorAll(
      "a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    if (!node.checkVisibility() || node.closest(".vh, .skip, [aria-hidden=true]")) continue;
    const target = node.matches("input[type=radio], input[type=checkbox], input[type=file]")
      ? node.closest("label") ?? node : node;
    if (getComputedStyle(target).display === "inline") continue;  // a link within a sentence
    const box = target.getBoundingClientRect();
    const least = node.matches(".btn:not(.s), .tabbar a, .buybar a") ? 44 : 24;
    if (box.height < least - 0.5 || box.width < 23.5)
      found.push(`${box.width | 0}x${box.height | 0} ${node.outerHTML.slice(0, 90)}`);
  }
  return found;
}"""

ARRIVED = "document.getAnimations().forEach(one => one instanceof CSSTransition && one.finish())"

FOCUS = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const box = node.getBoundingClientRect();
  const shows = one => one && getComputedStyle(one).outlineStyle !== "none"
    && parseFloat(getComputedStyle(one).outlineWidth) > 1;
  const bars = [...document.querySelectorAll(".buybar, .tabbar")]
    .filter(bar => bar.checkVisibility() && !bar.contains(node)
                   && getComputedStyle(bar).position !== "static");
  return {
    what: node.outerHTML.slice(0, 90),
    covered: bars.some(bar => bar.getBoundingClientRect().top < box.bottom - 1
                              && bar.getBoundingClientRect().bottom > box.top + 1),
    outside: box.bottom < 1 || box.top > innerHeight - 1,
    ring: [node, node.nextElementSibling, node.closest(".product, label, li")].some(shows),
  };
}"""


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A house without its timed jobs: they would close the orders of last month unpaid."""
    folder = tmp_path_factory.mktemp("pages")
    with running_street(folder, programs={"web", "provider"}) as running:
        yield running


@pytest.fixture(scope="module")
def world(street: Street) -> World:
    """The small world, made in the running house's own database."""
    script = "from tests.journeys import world; print(world.as_json())"
    return World(**json.loads(street.manage("shell", "-v", "0", "-c", script).splitlines()[-1]))


def pages_of(world: World) -> dict[str, list[str]]:
    """Return every page of the story under who opens it."""
    honey, orders, linwei = world.products["honey"], world.orders, world.people["linwei"]
    brands = world.brands
    return {
        "": [
            *("/", "/search", "/search?q=蜂蜜", "/search?q=zzzz", "/friends", "/bag", "/about/ui"),
            *("/about/cookies", "/about/trust"),
            *(f"/p/{world.products[key]}" for key in ("honey", "sold_out", "unlisted")),
            *("/s/", world.link, f"/p/{honey}/endorsements", f"/{world.handles['chen']}"),
            *(orders["guest"], f"/u/{linwei}", f"/u/{linwei}/add", *ERRORS),
            *(f"/scenes/{world.scene}", f"/p/{honey}/alike"),
            *("/accounts/login/", "/accounts/signup/", f"/b/{world.certificate}"),
        ],
        "xiaoyu": [
            *("/", "/friends", f"/friends/{linwei}", "/bag", "/checkout", "/open"),
            *(orders[state] for state in ("placed", "paid", "shipped", "refunding", "completed")),
            *(f"/me{page}" for page in ("", "/profile", "/orders", "/notices", "/friends")),
            *(f"/p/{honey}", f"/p/{honey}/endorse", f"/u/{linwei}", f"/u/{linwei}/block"),
            *("/me/privacy", "/me/code", "/me/circles", "/me/circles/new", "/me/shops"),
            *("/me/bought", f"/u/{linwei}/bought"),
            *(f"/circles/{world.circles['open']}{page}" for page in ("", "/people", "/leave")),
            f"/circles/{world.circles['open']}/together",
            f"/together/{world.together['open']}",
            *("/search?q=蜂蜜&among=friends", "/me/wishes", f"/w/{world.wish_list}"),
            *(f"/w/{world.wish_list}/edit", f"/p/{honey}/wish", "/friends/questions"),
            *("/friends/questions/ask", f"/friends/questions/{world.question}"),
            f"/c/{world.circle_code}",
            *("/accounts/email/", "/accounts/phone/change/", "/accounts/logout/"),
            *("/accounts/2fa/", "/accounts/2fa/webauthn/"),
        ],
        "linwei": [
            *("/me/earnings", f"/me/earnings/{world.line_key}", "/me/wallet"),
            *("/me/wallet/destination", "/me/friends", f"/p/{honey}/share"),
            f"/me/links/{world.link.removeprefix('/s/')}/giving",
            *("/me/links", f"/me/links/{world.link.removeprefix('/s/')}", f"/p/{honey}/share/kit"),
            f"/me/links/{world.link.removeprefix('/s/')}/settings",
            f"/u/{world.people['sofia']}",
            *(f"/circles/{world.circles['open']}{page}" for page in ("", "/people", "/edit")),
            f"/circles/{world.circles['open']}/close",
            *(f"/circles/{world.circles['open']}/together{page}" for page in ("", "/new")),
            *(f"/together/{one}" for one in world.together.values()),
            *("/me/sharing", f"/w/{world.wish_list}", f"/friends/questions/{world.question}"),
        ],
        "chen": [
            *("/shop/", "/shop/figures", "/shop/orders", "/shop/orders?show=all", "/shop/money"),
            *("/shop/products", "/shop/products/new", f"/shop/products/{honey}"),
            *(f"/shop/orders/{world.order_ids[state]}" for state in ("paid", "shipped")),
            *("/shop/sharers", "/shop/settings", "/shop/staff", f"/shop/sharers/{linwei}"),
            *("/shop/sharers/rates", "/shop/sharers/who", "/shop/sharers?show=removed"),
            *("/shop/together", *(f"/shop/together/{one}" for one in world.together.values())),
            *("/shop/certificates", "/shop/scenes", f"/shop/scenes/{world.scene}"),
        ],
        "hao": [
            *("/shop/", "/shop/products", f"/shop/products/{world.products['returned']}"),
            *("/me/brands", "/me/brands/new", *(f"/me/brands/{one}" for one in brands.values())),
            *(f"/me/brands/{brands['verified']}/issue", f"/me/certificates/{world.certificate}"),
            *(f"/me/brands/{brands['waiting']}/edit", "/shop/certificates"),
        ],
        "sofia": [
            "/me/orders",
            "/me/notices",
            "/me/earnings",
            "/me/sharing",
            "/me/links",
            "/me/wallet",
        ],  # nothing there yet
        "wulan": [
            *("/desk/", "/desk/decisions", *(f"/desk/{one}" for one in world.holds.values())),
            *(
                "/desk/brands",
                "/desk/brands?show=all",
                *(f"/desk/brands/{b}" for b in brands.values()),
            ),
            *("/desk/scenes", "/desk/scenes/new", f"/desk/scenes/{world.scene}"),
            f"/desk/scenes/{world.scene}/remove/{honey}",
            *("/desk/money", "/desk/payouts", "/desk/money/holds", "/desk/money/files"),
            *("/desk/money/statements", "/desk/money/write-offs"),
            *("/desk/trust", "/desk/trust/bars"),
            *("/desk/charities", f"/desk/charities/{world.charity}"),
            f"/desk/charities/{world.charity}/account",
            *("/desk/refunds", f"/desk/orders/{world.line_key[:10]}/refund"),
            *("/desk/commissions", f"/desk/commissions/{world.review}"),
            *("/desk/commissions?show=decided", "/desk/commissions?show=noted"),
            *("/desk/attribution", f"/desk/orders/{world.line_key[:10]}/attribution"),
        ],
    }


def wrongs(visitor: Visitor, what: str) -> list[str]:
    """Return what is wrong with the open page in every window of its language."""
    page, found = visitor.page, []
    for width, look in WINDOWS[visitor.language]:
        page.set_viewport_size({"width": width, "height": PHONE["height"]})
        page.emulate_media(color_scheme=look, reduced_motion="reduce")
        page.evaluate(ARRIVED)  # a colour on its way is nobody's colour
        answer = Axe().run(page, options={"resultTypes": ["violations"]}).response
        said = [
            f"{one['id']}: {[node['html'][:110] for node in one['nodes'][:3]]}"
            for one in answer["violations"]
        ]
        said += [f"too small: {one}" for one in page.evaluate(SMALL_TARGETS)]
        if wider := overflow(page):
            said.append(f"wider than its window by {wider}")
        found += [f"{what} {width} {look}: {one}" for one in said]
    return found


@pytest.fixture
def arrive(visitor: Callable[..., Visitor], world: World) -> Callable[..., Visitor]:
    """Return a function that gives one of the world's people a browser."""

    def arrives(who: str, language: str = "zh-hans") -> Visitor:
        return visitor(name=who, language=language, session=world.sessions.get(who, ""))

    return arrives


@pytest.mark.parametrize("language", WINDOWS)
@pytest.mark.parametrize("who", ["", "xiaoyu", "linwei", "chen", "hao", "sofia", "wulan"])
def test_every_page_is_for_everybody(arrive, world, who, language):
    person, found = arrive(who, language), []
    for path in pages_of(world)[who]:
        answer = person.go(path)
        assert answer.status in {200, 410, ERRORS.get(path)}, path
        found += wrongs(person, path)

    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", WINDOWS)
def test_a_page_that_says_no_is_for_everybody_too(arrive, world, language):
    xiaoyu, chen, found = arrive("xiaoyu", language), arrive("chen", language), []
    refusals = {
        "/checkout": (xiaoyu, "#checkout", 422),
        "/open": (xiaoyu, "#open", 422),
        "/shop/products/new": (chen, "#edit", 422),
        "/me/friends": (xiaoyu, "form:has([name=who])", 422),
        f"/p/{world.products['honey']}": (chen, "#buy", 422),
        "/accounts/login/": (arrive("", language), "form:has([name=contact])", 422),
    }
    for path, (person, form, status) in refusals.items():
        person.go(path)
        for field in person.find(f"{form} :is(input:not([type=hidden]), textarea)").all():
            field.evaluate(
                "node => { if ('value' in node && node.type != 'file') node.value = ''; }"
            )
        with person.page.expect_navigation() as sent:
            person.find(form).first.evaluate("form => form.submit()")
        assert sent.value.status == status, path
        found += wrongs(person, f"{status} {path}")

    chen.go(f"/p/{world.products['honey']}")
    with chen.page.expect_navigation() as sent:
        chen.find("#buy").evaluate(
            "form => { const act = document.createElement('input'); act.name = 'act';"
            " act.value = 'add'; form.append(act); form.submit(); }"
        )
    assert sent.value.status == 409  # nobody buys from the shop they work in
    found += wrongs(chen, "409 /bag")

    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", WINDOWS)
def test_the_page_that_asks_for_the_code_is_for_everybody(arrive, language):
    person = arrive("", language)
    person.go("/accounts/login/")
    person.type("contact", f"axe-{language}@example.test")
    person.press("form:has([name=contact]) button[type=submit]")

    assert "confirm" in person.path
    assert wrongs(person, "code") == []


@pytest.mark.parametrize("page", ["product", "checkout"])
def test_focus_is_seen_and_never_under_the_bar(arrive, world, page):
    xiaoyu = arrive("xiaoyu")
    xiaoyu.go(f"/p/{world.products['honey']}" if page == "product" else "/checkout")
    wrong, walked = [], 0
    for _ in range(120):
        xiaoyu.page.keyboard.press("Tab")
        at = xiaoyu.page.evaluate(FOCUS)
        if at is None:
            break
        walked += 1
        if at["covered"] or at["outside"] or not at["ring"]:
            wrong.append(at)

    assert walked >= 10
    assert wrong == []
