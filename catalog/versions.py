"""What every change of words leaves behind: a version, and now and then word to the shop."""

from __future__ import annotations

from catalog.models import Endorsement, EndorsementVersion
from notifications.telling import tell

# Words among friends are theirs: the shop neither reads them nor hears who spoke.
READ_BY_THE_SHOP = (Endorsement.Visibility.EVERYONE, Endorsement.Visibility.VENDOR)


def keep(endorsement: Endorsement) -> EndorsementVersion:
    """Keep how an endorsement reads from now on."""
    shown = endorsement.pictures.values_list("photo_id", flat=True)
    return EndorsementVersion.objects.create(
        endorsement=endorsement,
        verdict=endorsement.verdict,
        words=endorsement.words,
        visibility=endorsement.visibility,
        relation=endorsement.relation,
        photos=list(shown),
        withdrawn=endorsement.withdrawn_at is not None,
        at=endorsement.changed_at,
    )


def tell_shop(endorsement: Endorsement) -> None:
    """Tell the vendor of the first words somebody writes for them to read; once."""
    tell(
        person_id=endorsement.product.shop.owner_id,
        kind="endorsement_received",
        key=f"endorsement:{endorsement.pk}:received",
        data={
            "person": endorsement.person.name,
            "product": endorsement.product.title,
        },
        path=f"/p/{endorsement.product.public_id}/endorsements",
    )
