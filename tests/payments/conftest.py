"""What the tests of the payments room share: a real provider, and money to move."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from kit import clock
from ledger import accounts
from ledger.posting import post
from payments import destinations, payouts, suspense
from payments.models import Charge, Difference, Payout
from people.models import Person, StaffRole
from tests.passkeys import sign_in_twice
from tests.provider import RunningProvider, running_provider


@pytest.fixture(scope="session")
def provider_process(tmp_path_factory) -> Iterator[RunningProvider]:
    """The provider that the whole run shares; references keep the tests apart."""
    with running_provider(tmp_path_factory.mktemp("provider")) as provider:
        yield provider


@pytest.fixture
def provider(provider_process: RunningProvider, settings) -> RunningProvider:
    """The running provider, with the house pointed at it."""
    provider_process.point_here(settings)
    return provider_process


@pytest.fixture
def nobody_answers(settings) -> None:
    """Point the house at a port where nothing listens."""
    settings.SANDBOX_URL = "http://127.0.0.1:9"


@pytest.fixture
def earn() -> Callable[..., accounts.Side]:
    """Give a person, or a shop, money to take out."""

    def give(owner, minor: int, *, key: str = "given") -> accounts.Side:
        kind = owner._meta.model_name
        side = {"person": accounts.sharer, "shop": accounts.shop}[kind](owner.pk, "CNY")
        outside = accounts.outside("sandbox", "CNY")
        post(key=f"{key}:{side.code}", legs={outside: -minor, side: minor})
        return side

    return give


@pytest.fixture
def send_to() -> Callable[..., None]:
    """Say where a person's money goes."""

    def name(person, identifier: str = "linwei-wallet") -> None:
        destinations.set_destination(person=person, identifier=identifier, holder=person.name)

    return name


@pytest.fixture
def linwei_earned(linwei, earn, send_to):
    """Lin Wei has ¥100.00 to take out, and has said where to."""
    send_to(linwei)
    return earn(linwei, 10_000)


@pytest.fixture
def paid_charge(db) -> Charge:
    """A paid charge of ¥100.00 that the provider knows nothing of."""
    return Charge.objects.create(
        amount_minor=10_000,
        currency="CNY",
        description="honey",
        state="paid",
        paid_at=clock.now(),
    )


@pytest.fixture
def accountants(db) -> list[Person]:
    """Two people of the house who look after its money."""
    people = [
        Person.objects.create_user(name=name, email=f"{name}@example.test")
        for name in ("gu", "shen")
    ]
    for person in people:
        StaffRole.objects.create(person=person, role=StaffRole.Role.FINANCE)
    return people


@pytest.fixture
def gu(client, accountants):
    """A browser in which Gu, of finance, is signed in twice, in English."""
    sign_in_twice(client, accountants[0])
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def large(linwei, earn, send_to) -> Payout:
    """¥5,000.01 of Lin Wei's, which two people must approve."""
    send_to(linwei)
    return payouts.ask(
        person=linwei, account=earn(linwei, 500_001), amount_minor=500_001, run="press-1"
    )


@pytest.fixture
def odd(db) -> Difference:
    return suspense.open_difference(
        suspense.Found("sandbox", clock.now().date(), "only_theirs", "line:1", 0, -800, "CNY", "X")
    )


@pytest.fixture
def carried(linwei, earn, settings) -> Payout:
    settings.PAYOUT_RAILS = ["bank_csv"]
    destinations.set_destination(person=linwei, identifier="4111111111111111", holder="林薇")
    return payouts.ask(person=linwei, account=earn(linwei, 5000), amount_minor=5000, run="r")


@pytest.fixture
def her(client, linwei):
    """A browser in which Lin Wei is signed in, in English."""
    client.force_login(linwei)
    client.cookies["django_language"] = "en"
    return client
