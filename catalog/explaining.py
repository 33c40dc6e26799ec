"""Why a reader may trust those who speak of a product, put beside their words."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.models import Endorsement
from people import trust
from people.models import Person
from people.trust import Kind


def explain(viewer: Person | None, said: Sequence[Endorsement]) -> int:
    """Give each endorsement ``via``, the friend through whom its writer is near the reader.

    It is empty where there is none, or where somebody did not agree to be named.

    Args:
        viewer: who reads; a stranger, and who wants nothing personal, is told nothing.
        said: of one product; two statements, however many.

    Returns:
        Among at least how many friends of friends those are who may not be named; 0 where
        that is not said.
    """
    wanted = viewer is not None and viewer.personalised
    near = trust.reasons(viewer.pk if viewer and wanted else None, {one.person_id for one in said})
    for one in said:
        one.via = next(iter(near[one.person_id].via), "")
    return max((reason.count for reason in near.values() if reason.kind == Kind.COUNT), default=0)
