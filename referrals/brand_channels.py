"""Brand channels: goods opened from where their certificate says they are not to be shown."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.db.models import Exists, OuterRef, Sum

from catalog import brand_flags
from catalog.models import Certificate, Naming
from kit import clock
from referrals.models import ClickHour

LOOKS_BACK = timedelta(days=1)

# Anybody may write another channel into an address they pass on, so one tap proves nothing.
# Our own choice: a handful of people in a day. A flag is a hint to two people and stops nothing.
FEWEST_PEOPLE = 5


def look() -> int:
    """Flag what was opened from a channel its certificate leaves out; return how many are new.

    One question for the clicks of a day, and one for each channel that was in use.
    """
    bound = Naming.objects.filter(
        product=OuterRef("link__product"), certificate__state=Certificate.State.ISSUED
    ).exclude(certificate__channels=[])
    opened = (
        ClickHour.objects.filter(
            Exists(bound),
            hour__gte=clock.now() - LOOKS_BACK,
            channel__in=Certificate.Channel.values,
        )
        .values_list("channel", "link__product")
        .annotate(people=Sum("humans"))
        .filter(people__gte=FEWEST_PEOPLE)
    )
    by_channel: dict[str, list[int]] = defaultdict(list)
    for channel, product_id, _people in opened.order_by("channel", "link__product"):
        by_channel[channel].append(product_id)
    return sum(
        brand_flags.shown_in(channel=channel, product_ids=product_ids)
        for channel, product_ids in by_channel.items()
    )
