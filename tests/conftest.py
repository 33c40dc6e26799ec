"""The suite's world: real servers, a database of its own, and the cast."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

from catalog.models import Product, StockMove, Variant
from kit import breaker, clock, nearby
from people.models import Person, StaffRole
from shops.models import Membership, Shop, Terms

pytest_plugins = ["tests.browser", "tests.proving"]

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # a Sunday, noon in Shanghai


# What the first migrations put in: a flush brings it back, so that no test depends on its turn.
GIVEN_TABLES = ("catalog_category", "catalog_rule")


def _delete_every_row(self, style, tables, **kwargs):
    """Flush tables past their append-only triggers; deleting is faster than TRUNCATE here."""
    if not tables:
        return []
    deletes = [f"DELETE FROM {self.quote_name(table)}" for table in tables]
    restores = [f"INSERT INTO {name} TABLE given_{name}" for name in GIVEN_TABLES]
    return ["SET LOCAL session_replication_role = replica", "; ".join([*deletes, *restores])]


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Give this run a database of its own."""
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"test_weidian_{os.getpid()}"
    DatabaseOperations.sql_flush = _delete_every_row  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Remember what the migrations gave, before any test can take it away.

    At the end whoever is still connected is sent home, so that the database can be dropped.
    """
    # Where no chosen test says itself that it wants the database, none is made for the run.
    assert connection.settings_dict["NAME"] == f"test_weidian_{os.getpid()}", "not the demo's data"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for name in GIVEN_TABLES:
            cursor.execute(f"CREATE TABLE given_{name} AS TABLE {name}")
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def _files_of_this_test(tmp_path: Path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.CLICK_SPOOL = tmp_path / "clicks"


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Forget what this test cached and remembers; only that, for other runs share the server."""
    yield
    valkey = redis.Redis.from_url(settings.VALKEY_URL)
    keys = list(valkey.scan_iter(f"{settings.VALKEY_PREFIX}*", count=1000))
    if keys:
        valkey.delete(*keys)
    valkey.close()
    nearby.forget_all()
    breaker.forget_all()


@pytest.fixture
def noon() -> Iterator[datetime]:
    """Stop the clock on a Sunday at noon in Shanghai."""
    with clock.stopped_at(NOON):
        yield NOON


@pytest.fixture
def linwei(db):
    """A shopper whose friends trust her; shares what she likes."""
    return Person.objects.create_user(name="林薇", email="linwei@example.test")


@pytest.fixture
def xiaoyu(db):
    """A shopper, and Lin Wei's friend once a test says so."""
    return Person.objects.create_user(name="周晓雨", email="xiaoyu@example.test")


@pytest.fixture
def chen(db):
    """The vendor: sells honey from the hills."""
    return Person.objects.create_user(name="陈姐", email="chen@example.test")


@pytest.fixture
def wulan(db):
    """The moderator."""
    person = Person.objects.create_user(name="吴岚", email="wulan@example.test")
    StaffRole.objects.create(person=person, role=StaffRole.Role.MODERATOR)
    return person


@pytest.fixture
def hill_shop(chen):
    """Chen's shop, already trusted by a moderator, on the house's default terms."""
    shop = Shop.objects.create(
        owner=chen, handle="shanli", name="山里的小店", theme="tea", trusted_at=clock.now()
    )
    Membership.objects.create(shop=shop, person=chen, role=Membership.Role.OWNER)
    Terms.objects.create(shop=shop)
    return shop


@pytest.fixture
def honey(hill_shop):
    """Honey at ¥68.00, ten jars, live; 10 % to whoever brings a buyer."""
    product = Product.objects.create(
        shop=hill_shop, title="秦岭野花土蜂蜜", state="live", published_at=clock.now()
    )
    variant = Variant.objects.create(product=product, name="500g", price_minor=6800, available=10)
    StockMove.objects.create(
        variant=variant, kind="adjusted", key="first", available_change=10, reserved_change=0
    )
    return product


@pytest.fixture
def jar(honey):
    """The honey's one variant."""
    return honey.variants.get()
