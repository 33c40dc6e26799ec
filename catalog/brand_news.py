"""What brand owners and vendors are told of brands, certificates and listings."""

from __future__ import annotations

from catalog.models import Brand, BrandFlag, Certificate, Naming
from notifications.telling import News, tell

MINE = "/shop/certificates"


def decided(brand: Brand) -> None:
    """Tell a brand's owner what became of it."""
    tell(
        person_id=brand.owner_id,
        kind=f"brand_{brand.state}",
        key=f"brand:{brand.pk}:{brand.state}:{brand.decided_at}",
        data={"brand": brand.called(brand.owner.language), "reason": brand.reason},
        path=f"/me/brands/{brand.public_id}",
    )


def about_certificate(certificate: Certificate, kind: str, *, days: int = 0) -> News:
    """Return what a vendor is told of a certificate of theirs; once for each kind and days."""
    owner = certificate.shop.owner
    return News(
        person_id=owner.pk,
        kind=kind,
        key=f"certificate:{certificate.pk}:{kind}:{days}",
        data={
            "brand": certificate.brand.called(owner.language),
            "shop": certificate.shop.name,
            "reason": certificate.reason,
            "days": days,
        },
        path=MINE,
    )


def held_back(naming: Naming) -> News:
    """Return what a vendor is told when a listing of theirs waits for a certificate."""
    owner = naming.product.shop.owner
    return News(
        person_id=owner.pk,
        kind="listing_lacks_certificate",
        key=f"naming:{naming.pk}:{naming.product.version}",
        data={"product": naming.product.title, "brand": naming.brand.called(owner.language)},
        path=MINE,
    )


def flagged(flag: BrandFlag) -> list[News]:
    """Return what both sides are told when a listing goes beyond its certificate."""
    certificate, product = flag.certificate, flag.product
    sides = [
        (certificate.brand.owner, f"/me/brands/{certificate.brand.public_id}"),
        (certificate.shop.owner, MINE),
    ]
    return [
        News(
            person_id=person.pk,
            kind=f"brand_flag_{flag.kind}",
            key=f"flag:{flag.pk}",
            data={
                "product": product.title,
                "shop": certificate.shop.name,
                "brand": certificate.brand.called(person.language),
            },
            path=path,
        )
        for person, path in sides
    ]
