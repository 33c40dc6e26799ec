"""Which rails are open, and what is said when one is not ready."""

import builtins
import importlib

import pytest
from django.core.exceptions import ImproperlyConfigured

from payments.gateways import optional, registry


def test_rails_stand_in_the_order_of_the_settings(settings):
    settings.PAYOUT_RAILS = ["bank_csv", "sandbox"]

    assert [rail.name for rail in registry.enabled_rails()] == ["bank_csv", "sandbox"]


def test_by_default_there_is_the_sandbox():
    assert [rail.name for rail in registry.enabled_rails()] == ["sandbox"]


def test_a_rail_that_does_not_exist_stops_the_start(settings):
    settings.PAYOUT_RAILS = ["sandbox", "paypal"]

    with pytest.raises(ImproperlyConfigured, match="names paypal; there is alipay, bank_csv"):
        registry.enabled_rails()


def test_a_library_that_is_missing_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(importlib, "import_module", builtins.__import__)

    with pytest.raises(ImproperlyConfigured, match=r"pip install weidian\[stripe\]"):
        optional.library("no_such_library", extra="stripe")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xff"])
def test_a_key_file_that_cannot_be_read_is_named(settings, tmp_path, content):
    file = tmp_path / "key.pem"
    if content is not None:
        file.write_bytes(content)
    settings.ALIPAY_KEY_FILE = str(file)

    with pytest.raises(ImproperlyConfigured, match=r"WEIDIAN_ALIPAY_KEY_FILE: .*key\.pem"):
        optional.needed_text("ALIPAY_KEY_FILE")
