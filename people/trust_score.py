"""What a person's word weighs, as the last published run of the night found it.

Whoever reads weights in SQL of their own joins ``people_accounttrust`` from the left and
takes ``coalesce(t, missing_weight())``: 1 while there are too few seeds for weights to
count, and 0 for whom the last run did not meet yet.
"""

from __future__ import annotations

from collections.abc import Collection

from people.models import AccountTrust, Person, TrustRun


def weights(person_ids: Collection[int]) -> dict[int, float]:
    """Return what the word of each of these people weighs, from 0 to 1; two questions.

    A closed account weighs nothing.
    """
    missing = missing_weight()
    here = Person.objects.filter(pk__in=person_ids, is_active=True).values_list("pk", flat=True)
    known = dict(AccountTrust.objects.filter(pk__in=person_ids).values_list("pk", "t"))
    found = {pk: known.get(pk, missing) for pk in here}
    return {pk: found.get(pk, 0.0) for pk in person_ids}


def missing_weight() -> float:
    """Return what somebody weighs who has no ``AccountTrust``; one question."""
    last = published()
    return 0.0 if last is not None and last.counts else 1.0


def published() -> TrustRun | None:
    """Return the run whose weights hold now."""
    return TrustRun.objects.filter(state=TrustRun.State.PUBLISHED).order_by("-pk").first()
