"""What a person has: pending, available, on its way."""

from kit import clock
from ledger import accounts
from ledger.posting import post
from payments import payouts, wallet
from payments.wallet import Obstacle

OUTSIDE = accounts.outside("sandbox", "CNY")


def test_an_empty_wallet_shows_one_empty_account(linwei):
    (earned,) = wallet.balance(linwei)

    assert (earned.slug, earned.currency, earned.shop) == ("earned-cny", "CNY", None)
    assert (earned.pending_minor, earned.available_minor, earned.on_the_way_minor) == (0, 0, 0)


def test_pending_available_and_on_the_way_are_told_apart(linwei, linwei_earned):
    pending = accounts.sharer_pending(linwei.pk, "CNY")
    post(key="p", legs={OUTSIDE: -700, pending: 700})
    payouts.ask(person=linwei, account=linwei_earned, amount_minor=4000, run="r")

    (earned,) = wallet.balance(linwei)
    assert (earned.pending_minor, earned.available_minor, earned.on_the_way_minor) == (
        700,
        6000,
        4000,
    )


def test_a_vendor_sees_the_shop_beside_what_sharing_earned(chen, hill_shop, earn):
    earn(hill_shop, 5000)

    mine, shops = wallet.balance(chen)
    assert (mine.available_minor, shops.available_minor) == (0, 5000)
    assert (shops.slug, shops.shop) == ("shop-shanli", hill_shop)
    assert wallet.shop_balance(hill_shop) == shops


def test_each_currency_is_an_account_of_its_own(linwei, linwei_earned):
    dollars = accounts.sharer(linwei.pk, "USD")
    post(key="u", legs={accounts.outside("sandbox", "USD"): -300, dollars: 300})

    assert [(each.slug, each.available_minor) for each in wallet.balance(linwei)] == [
        ("earned-cny", 10_000),
        ("earned-usd", 300),
    ]


def test_a_person_whose_number_begins_alike_is_another(linwei, earn):
    other = accounts.sharer(int(f"{linwei.pk}1"), "USD")
    post(key="o", legs={accounts.outside("sandbox", "USD"): -300, other: 300})

    assert [each.currency for each in wallet.balance(linwei)] == ["CNY"]


def test_what_is_in_the_way_is_said(linwei, earn, send_to, settings):
    def obstacle():
        return wallet.obstacle(linwei, wallet.balance(linwei)[0])

    assert obstacle() == Obstacle("below_minimum")
    account = earn(linwei, 5000)
    assert obstacle() == Obstacle("no_destination")
    send_to(linwei, "one")
    assert obstacle() is None
    settings.PAYOUT_RAILS = ["bank_csv"]  # the place it goes to is served no more
    assert obstacle() == Obstacle("no_destination")
    settings.PAYOUT_RAILS = ["sandbox"]
    send_to(linwei, "two")
    cooling = obstacle()
    assert cooling is not None
    assert cooling.why == "cooling"
    assert cooling.until is not None
    with clock.stopped_at(cooling.until):
        assert obstacle() is None
        payouts.ask(person=linwei, account=account, amount_minor=2000, run="r")
        assert obstacle() == Obstacle("under_way")
