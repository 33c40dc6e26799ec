"""A machine that lives any life of the street's money, and looks at the books after each step.

Its rules are what people, providers and time can do, in any order and any number of times,
through the same jobs as the pages, the webhooks and the timetable. What the world may say no
to is allowed to be refused; nothing else is. After every step all invariants of the money
rooms hold; at the end of a life the provider's journal and the books are the same.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from kit import clock
from kit.states import TransitionRefused
from ledger import accounts
from ledger.balances import balance_of
from ledger.models import Account
from ledger.posting import Overdrawn
from orders import fulfilment, paying, refunds
from orders.models import Order, OrderLine, OrderRefund
from orders.sums import Back
from payments import asking, holds, payouts, suspense
from payments.models import Difference, Payout, Refund
from payments.refunding import RefundKeyReused, RefundTooLarge
from people.models import Person
from referrals.models import Commission, Gives
from tests.provider import RunningProvider
from torture.healing import MONEY, ring
from torture.street import Street
from weidian.management.commands.invariants import every_invariant

ROOMS = ("ledger.", "payments.", "referrals.", "orders.")
# A provider's book outlives each life, so its daily statement would be of many.
SWEEPS = tuple(name for name in MONEY if name != "payments.reconcile")
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

# Most sharers keep what they earn; one order in two would leave nobody below zero.
LEFT_TO = st.sampled_from([*[Gives.KEEP] * 5, Gives.BUYER, Gives.CHARITY, Gives.NONE])

NO = (
    TransitionRefused,
    fulfilment.RefundIsOpen,
    paying.PaymentIsOver,
    refunds.MoreThanPaid,
    refunds.NothingToRefund,
    refunds.ShopCannotBear,
    RefundKeyReused,
    RefundTooLarge,
    asking.BelowMinimum,
    asking.AboveMaximum,
    asking.PayoutOpen,
    asking.NoDestination,
    holds.OnHold,
    Overdrawn,
)


class Money(RuleBasedStateMachine):
    """One life of one street; ``provider`` is set by whoever runs it."""

    provider: RunningProvider
    seen: Counter[str] = Counter()  # over all lives, so that a dull machine shows
    orders = Bundle("orders")

    @initialize(seed=st.integers(0, 10_000))
    def open_the_street(self, seed: int) -> None:
        self._life = contextlib.ExitStack()
        self._life.enter_context(_undone_afterwards())
        self._stop_the_clock(MONDAY)
        _prepare_the_look()
        self.street = Street.open(self.provider, seed=seed)
        self.taps = 0

    def teardown(self) -> None:
        try:
            assert not self._lies()
            self._remember()
        finally:
            self._hands.close()
            self._life.close()

    # --- what a shopper does -------------------------------------------------------------

    @rule(target=orders, gives=LEFT_TO)
    def buy(self, gives: str) -> Any:
        order = self.street.placed(gives=gives)
        paying.begin(order.checkout, base_url="http://testserver")
        return order.pk

    @rule(target=orders, gives=LEFT_TO)
    def buy_and_receive(self, gives: str) -> Any:
        order = self.street.paid(gives=gives)
        fulfilment.dispatch(order=order, carrier="SF", number="SF1", by=self.street.vendor)
        fulfilment.confirm(order=order)
        return order.pk

    @rule(order=orders, is_told=st.booleans())
    def pay(self, order: int, is_told: bool) -> None:
        charge = _order(order).checkout.charge
        if charge.provider_ref:
            self.provider.ask("POST", f"/v1/charges/{charge.provider_ref}/pay")
        if is_told:
            paying.refresh(charge.pk)

    @rule(order=orders, waits_first=st.booleans())
    def confirm(self, order: int, waits_first: bool) -> None:
        with _may_be_refused():
            if waits_first:
                fulfilment.extend(order=_order(order))
            fulfilment.confirm(order=_order(order))

    @rule(order=orders)
    def want_all_back(self, order: int) -> None:
        with _may_be_refused():
            refunds.before_dispatch(order=_order(order), by=None)

    # --- what a vendor and the house do --------------------------------------------------

    @rule(order=orders)
    def send(self, order: int) -> None:
        with _may_be_refused():
            fulfilment.dispatch(
                order=_order(order), carrier="SF", number="SF1", by=self.street.vendor
            )

    @rule(order=orders, percent=st.sampled_from([1, 10, 33]), taps=st.integers(1, 3))
    def the_vendor_gives_part_back(self, order: int, percent: int, taps: int) -> None:
        self._give_back(_order(order), OrderRefund.Asker.VENDOR, percent, taps=taps)

    @rule(order=orders, percent=st.sampled_from([50, 100, 101]))
    def the_house_gives_back(self, order: int, percent: int) -> None:
        self._give_back(_order(order), OrderRefund.Asker.HOUSE, percent)

    @rule(order=orders)
    def all_is_given_back_after_everybody_was_paid(self, order: int) -> None:
        for who in range(len(self._payees())):
            self.take_out(who=who, percent=100, beats_live=True)
        self._give_back(_order(order), OrderRefund.Asker.HOUSE, 100, with_shipping=True)
        self.every_sweep_rings()

    @rule(percent=st.sampled_from([50, 100, 101]))
    def the_house_sends_a_charity_its_money(self, percent: int) -> None:
        charity = accounts.charity(self.street.charity().pk, self.street.shop.currency)
        self.taps += 1
        minor = balance_of(charity) * percent // 100
        if minor:
            with _may_be_refused(), transaction.atomic():
                self._find_in_the_banks_statement(minor, account=charity)

    # --- what providers and banks do -------------------------------------------------------

    @rule(which=st.integers(0, 30))
    def a_bank_sends_a_refund_back(self, which: int) -> None:
        rows = list(Refund.objects.filter(state=Refund.State.SETTLED).order_by("pk"))
        if rows:
            ref = rows[which % len(rows)].provider_ref
            self.provider.ask("POST", f"/v1/refunds/{ref}/return")
            refunds.refresh(rows[which % len(rows)].pk)

    @rule(which=st.integers(0, 30))
    def a_bank_sends_a_payout_back(self, which: int) -> None:
        rows = list(Payout.objects.filter(state=Payout.State.SETTLED).order_by("pk"))
        if rows:
            row = rows[which % len(rows)]
            self.provider.ask("POST", f"/v1/payouts/{row.provider_ref}/return")
            payouts.refresh(row.pk)

    # --- what payees do ------------------------------------------------------------------

    @rule(who=st.integers(0, 3), percent=st.sampled_from([30, 100]), beats_live=st.booleans())
    def take_out(self, who: int, percent: int, beats_live: bool) -> None:
        person, account = self._payees()[who]
        amount_minor = max(balance_of(account), 0) * percent // 100
        self.taps += 1
        with _may_be_refused():
            asking.ask(
                person=person, account=account, amount_minor=amount_minor, run=f"tap:{self.taps}"
            )
        if beats_live:
            self.every_sweep_rings()

    # --- what time does --------------------------------------------------------------------

    @rule(
        by=st.sampled_from([timedelta(minutes=6), timedelta(days=3), timedelta(days=11)]),
        beats_live=st.booleans(),
    )
    def time_passes(self, by: timedelta, beats_live: bool) -> None:
        now = clock.now()
        self._hands.close()
        self._stop_the_clock(now + by)
        if beats_live:
            self.every_sweep_rings()

    @rule(names=st.lists(st.sampled_from(SWEEPS), min_size=1, max_size=6))
    def sweeps_ring(self, names: list[str]) -> None:
        ring(names)
        self._let_the_provider_settle()

    @rule()
    def every_sweep_rings(self) -> None:
        self.sweeps_ring(list(SWEEPS))

    # --- what must hold --------------------------------------------------------------------

    @invariant()
    def every_invariant_of_money_holds(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
            cursor.execute("EXECUTE every_invariant")
            broken = cursor.fetchall()
        assert not broken

    def _give_back(
        self,
        order: Order,
        asker: OrderRefund.Asker,
        percent: int,
        *,
        with_shipping: bool = False,
        taps: int = 1,
    ) -> None:
        lines = {line.key: line.total_minor * percent // 100 for line in order.lines.all()}
        back = Back(lines, order.shipping_minor if with_shipping else 0)
        self.taps += 1
        for _ in range(taps):
            with _may_be_refused():
                refunds.ask(
                    order=order,
                    back=back,
                    asker=asker,
                    by=None,
                    why="broken jar",
                    key=f"tap:{self.taps}",
                )

    def _find_in_the_banks_statement(self, minor: int, *, account: accounts.Side) -> None:
        """Let so much have left at the bank, and somebody say whose it was."""
        found = suspense.open_difference(
            suspense.Found(
                rail="bank",
                day=clock.now().date(),
                kind=Difference.Kind.ONLY_THEIRS,
                key=f"tap:{self.taps}",
                ours_minor=0,
                theirs_minor=-minor,
                currency=account.currency,
            )
        )
        suspense.resolve(
            difference=found,
            resolution=Difference.Resolution.ACCOUNT,
            account=account.code,
            reason="sent by hand",
            by=self.street.vendor,
        )

    def _payees(self) -> list[tuple[Person, accounts.Side]]:
        shop = self.street.shop
        return [
            (self.street.vendor, accounts.shop(shop.pk, shop.currency)),
            *((one, accounts.sharer(one.pk, shop.currency)) for one in self.street.sharers),
        ]

    def _stop_the_clock(self, moment: datetime) -> None:
        self._hands = contextlib.ExitStack()
        self._hands.enter_context(clock.stopped_at(moment))

    def _let_the_provider_settle(self) -> None:
        """Wait until nothing that we sent is pending, so that a life can be lived again."""
        for table, model in (("refunds", Refund), ("payouts", Payout)):
            open_ones = model.objects.exclude(state__in=("settled", "refused", "returned"))
            for reference in open_ones.values_list("reference", flat=True):
                while any(
                    row["status"] == "pending" for row in self.provider.find(table, reference)
                ):
                    pass

    def _remember(self) -> None:
        """Count what this life came to."""
        after_receipt = OrderRefund.objects.filter(order__state=Order.State.COMPLETED)
        self.seen.update(
            lives=1,
            orders=Order.objects.exclude(paid_at=None).count(),
            released=Commission.objects.exclude(released_at=None).count(),
            refunds=OrderRefund.objects.exclude(settled_at=None).count(),
            refunds_after_receipt=after_receipt.exclude(settled_at=None).count(),
            refunds_undone=OrderRefund.objects.exclude(undone_at=None).count(),
            payouts_arrived=Payout.objects.filter(state=Payout.State.SETTLED).count(),
            payouts_returned=Payout.objects.filter(state=Payout.State.RETURNED).count(),
            given_to_buyers=OrderLine.objects.filter(given_minor__gt=0).count(),
            given_to_charities=Account.objects.filter(
                code__startswith="charity:", version__gt=0
            ).count(),
            below_zero=Account.objects.filter(running=True, balance_minor__lt=0).count(),
        )

    def _lies(self) -> list[str]:
        """Compare each of this life's references with the provider's journal."""
        theirs = self.provider.money_moved()
        ours = {
            **dict(
                Order.objects.exclude(paid_at=None).values_list(
                    "checkout__charge__reference", "checkout__charge__amount_minor"
                )
            ),
            **_left(Refund.objects.filter(state=Refund.State.SETTLED)),
            **_left(Payout.objects.filter(state=Payout.State.SETTLED)),
        }
        return [
            f"{ref}: {minor}, {theirs.get(ref, 0)}"
            for ref, minor in ours.items()
            if theirs.get(ref, 0) != minor
        ]


@contextlib.contextmanager
def _undone_afterwards() -> Iterator[None]:
    """Let everything written in the block be forgotten."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextlib.contextmanager
def _may_be_refused() -> Iterator[None]:
    with contextlib.suppress(*NO):
        yield


def _order(pk: int) -> Order:
    return Order.objects.select_related("shop__terms", "checkout__charge").get(pk=pk)


def _left(rows: Any) -> dict[str, int]:
    return {ref: -minor for ref, minor in rows.values_list("reference", "amount_minor")}


def _prepare_the_look() -> None:
    """Have PostgreSQL plan all invariants once: they are asked some ten thousand times."""
    one_by_one = [
        f"SELECT '{one.name}' AS name, count(*) AS broken FROM ({one.sql}) rows"
        for one in every_invariant()
        if one.name.startswith(ROOMS) and not one.parameters
    ]
    every = " UNION ALL ".join(one_by_one).replace("%%", "%")
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
        cursor.execute(f"PREPARE every_invariant AS SELECT * FROM ({every}) a WHERE broken > 0")
