"""T4: money never depends on the click stream."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.forms.models import model_to_dict
from django.test import Client

from kit.invariants import check
from referrals import clicks, spool, stream
from referrals.invariants import INVARIANTS
from referrals.models import Click, Commission
from tests.referrals.conftest import BROWSER, order
from tests.referrals.doors import path_of, touches_of

# What differs between two runs of the same story: names of rows, and of the click itself.
OWN = {"id", "link", "attribution", "click_id", "trace"}


def story(link, shop, buyer, settings, *, how: str) -> dict[str, Any]:
    """Open a link, buy, and only then let the stream do what it can; what was decided."""
    client = Client(**BROWSER)
    client.get(path_of(link))
    if how == "drained":
        clicks.drain(5)
    elif how == "emptied":
        stream.client().delete(stream.key())
    attribution = order(shop, buyer, touches_of(client), lines=[("L1", 6800), ("L2", 3400)])
    clicks.drain(5)
    spool.sweep()
    commissions = Commission.objects.order_by("line_key")
    decided = {
        "attribution": model_to_dict(attribution, exclude=OWN),
        "commissions": [model_to_dict(one, exclude=OWN) for one in commissions],
        "clicks": list(Click.objects.values_list("link_id", "kind", "at")),
    }
    assert not [finding for finding in check(INVARIANTS) if finding.broken]
    return decided


@pytest.mark.proves("T4")
@pytest.mark.parametrize("how", ["late", "emptied", "dead"])
def test_attribution_and_commission_are_the_same_with_and_without_the_stream(
    link, hill_shop, xiaoyu, settings, noon, how, request, tmp_path
):
    with transaction.atomic():
        with_stream = story(link, hill_shop, xiaoyu, settings, how="drained")
        transaction.set_rollback(True)  # and nothing of it has happened
    settings.CLICK_SPOOL = tmp_path / "another life"
    if how == "dead":
        request.getfixturevalue("dead_valkey")

    assert story(link, hill_shop, xiaoyu, settings, how=how) == with_stream
    assert [one["amount_minor"] for one in with_stream["commissions"]] == [680, 340]
