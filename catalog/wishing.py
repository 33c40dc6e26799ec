"""Wishing: lists opened and changed, products put on them, and lists of others followed."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from catalog.models import Product, Wish, WishedProduct, WishFollow, WishList
from catalog.wish_watching import standing_of
from kit.locks import locked, one_at_a_time
from people.models import Person

# More than anybody keeps in mind; they bound what one account can make the house watch.
MOST_LISTS = 20
MOST_WISHES = 200
MOST_FOLLOWED = 100


class NameTaken(Exception):
    """The person has another list of this name."""


class TooMany(Exception):
    """The person has as many lists, wishes or followed lists as one can have."""


@transaction.atomic
def open_list(*, person: Person, name: str, seen_by: str) -> WishList:
    """Open a wish list.

    Raises:
        NameTaken: nothing was written.
        TooMany: twenty lists are enough; nothing was written.
    """
    one_at_a_time(f"wishes:{person.pk}")
    if WishList.objects.filter(person=person).count() >= MOST_LISTS:
        raise TooMany
    if WishList.objects.filter(person=person, name=name).exists():
        raise NameTaken
    return WishList.objects.create(person=person, name=name, seen_by=seen_by)


def change_list(*, wish_list: WishList, name: str, seen_by: str) -> None:
    """Give a list another name, or let others see it than before.

    Raises:
        NameTaken: nothing was written.
    """
    try:
        with transaction.atomic():
            # A list that is just being opened could take the name unseen.
            one_at_a_time(f"wishes:{wish_list.person_id}")
            WishList.objects.filter(pk=wish_list.pk).update(name=name, seen_by=seen_by)
    except IntegrityError as refused:
        if not WishList.objects.filter(person=wish_list.person, name=name).exists():
            raise
        raise NameTaken from refused


def close_list(*, wish_list: WishList) -> None:
    """Throw a list away, with its wishes; closing it twice is closing it once."""
    WishList.objects.filter(pk=wish_list.pk).delete()


@transaction.atomic
def wish(*, wish_list: WishList, product: Product) -> Wish:
    """Put a product on a list; wishing twice is wishing once.

    From now on it is watched: when it comes back or gets cheaper, its people are told.

    Raises:
        WishList.DoesNotExist: the list was thrown away a moment ago.
        TooMany: two hundred wishes are enough; nothing was written.
    """
    if not locked(WishList.objects.filter(pk=wish_list.pk)):
        raise WishList.DoesNotExist
    already = Wish.objects.filter(wish_list=wish_list, product=product).first()
    if already is not None:
        return already
    if wish_list.wishes.count() >= MOST_WISHES:
        raise TooMany
    made = Wish.objects.create(wish_list=wish_list, product=product)
    least_minor, in_stock = standing_of(product)
    WishedProduct.objects.get_or_create(
        product=product, defaults={"least_minor": least_minor, "in_stock": in_stock}
    )
    return made


def unwish(*, wish_list: WishList, product: Product) -> None:
    """Take a product off a list, if it is on it."""
    Wish.objects.filter(wish_list=wish_list, product=product).delete()


@transaction.atomic
def follow(*, person: Person, wish_list: WishList) -> WishFollow:
    """Follow a list one may see; following twice is following once.

    Raises:
        WishList.DoesNotExist: it is not theirs to see, or it is their own.
        TooMany: a hundred lists are enough; nothing was written.
    """
    seen = WishList.objects.seen_by(person).exclude(person=person).get(pk=wish_list.pk)
    one_at_a_time(f"wishes:{person.pk}")
    already = WishFollow.objects.filter(wish_list=seen, person=person).first()
    if already is not None:
        return already
    if WishFollow.objects.filter(person=person).count() >= MOST_FOLLOWED:
        raise TooMany
    return WishFollow.objects.create(wish_list=seen, person=person)


def unfollow(*, person: Person, wish_list: WishList) -> None:
    """Follow a list no longer, if one did."""
    WishFollow.objects.filter(person=person, wish_list=wish_list).delete()
