"""Reading: when a brand is verified, every listing is read for its words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import F, Prefetch, Q, QuerySet

from catalog import bodies, brand_settling, brand_words, naming, screening
from catalog.models import Brand, Product, Variant
from kit import clock
from kit.locks import locked

AT_ONCE = 500

# A listing that was being written while its brand was verified may know nothing of the brand,
# and be unseen by the first reading. No request of ours lives so long.
READ_AGAIN_AFTER = timedelta(minutes=10)


def unread(*, now: datetime) -> QuerySet[Brand]:
    """Return the verified brands for whose words the listings must be read."""
    never = Q(read_at=None)
    once = Q(read_at__lt=F("decided_at") + READ_AGAIN_AFTER, decided_at__lte=now - READ_AGAIN_AFTER)
    return Brand.objects.verified().filter(never | once).order_by("pk")


def read(brand_id: int) -> int:
    """Read all that is on sale or waits for a brand's words; return how many name it."""
    began = clock.now()
    brand = Brand.objects.verified().filter(pk=brand_id).first()
    if brand is None:
        return 0
    words = list(brand.in_force.values_list("words", flat=True))
    named = 0
    for chunk in _in_chunks(_shown().iterator(chunk_size=AT_ONCE)):
        found = [one.pk for one in chunk if _names(one, words)]
        for batch in brand_settling.in_batches(found):
            _note(batch)
        named += len(found)
    Brand.objects.filter(pk=brand_id).update(read_at=began)
    return named


def _shown() -> QuerySet[Product]:
    return (
        Product.objects.filter(state__in=[Product.State.LIVE, Product.State.HELD])
        .prefetch_related(Prefetch("variants", Variant.objects.filter(is_offered=True)))
        .order_by("pk")
    )


def _names(product: Product, words: list[str]) -> bool:
    text = screening.text_of(
        title=product.title,
        description=product.description,
        names=[variant.name for variant in product.variants.all()],
    )
    plain = brand_words.plain(text)
    return any(brand_words.stands_in(word, plain) for word in words)


@transaction.atomic
def _note(product_ids: Sequence[int]) -> None:
    for product in locked(Product.objects.filter(pk__in=product_ids)):
        naming.note(product=product, words=screening.words_of(product))
        bodies.forget(product.pk)
    brand_settling.settle(product_ids)


def _in_chunks(products: Iterable[Product]) -> Iterator[list[Product]]:
    coming = iter(products)
    while chunk := list(islice(coming, AT_ONCE)):
        yield chunk
