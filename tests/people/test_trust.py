"""Trust: who is friends with whom, asked in one place."""

from django.contrib.auth.models import AnonymousUser

from people import trust
from people.models import Block, Friendship, Person, StaffRole
from people.staff_roles import has_role


def befriend(a: Person, b: Person) -> None:
    low, high = sorted((a, b), key=lambda person: person.pk)
    Friendship.objects.create(low=low, high=high)


def test_friends_are_friends_from_both_sides(linwei, xiaoyu, chen):
    befriend(linwei, xiaoyu)
    befriend(chen, linwei)

    assert trust.friend_ids(linwei.pk) == {xiaoyu.pk, chen.pk}
    assert set(trust.friends_of(linwei)) == {xiaoyu, chen}
    assert trust.friend_ids(xiaoyu.pk) == {linwei.pk}
    assert not trust.are_friends(xiaoyu, chen)


def test_friend_ids_asks_the_database_once(linwei, xiaoyu, django_assert_num_queries):
    befriend(linwei, xiaoyu)

    with django_assert_num_queries(1):
        trust.friend_ids(linwei.pk)


def test_a_block_either_way_leaves_a_friend_out(linwei, xiaoyu, chen):
    befriend(linwei, xiaoyu)
    befriend(linwei, chen)
    Block.objects.create(blocker=linwei, blocked=xiaoyu)
    Block.objects.create(blocker=chen, blocked=linwei)

    assert trust.friend_ids(linwei.pk) == frozenset()
    assert not trust.are_friends(linwei, xiaoyu)
    assert not trust.are_friends(linwei, chen)
    assert trust.blocked_ids(linwei.pk) == {xiaoyu.pk, chen.pk}
    assert trust.blocked_ids(xiaoyu.pk) == {linwei.pk}


def test_a_closed_account_is_nobodys_friend_any_more(linwei, xiaoyu, chen):
    befriend(linwei, xiaoyu)
    befriend(linwei, chen)
    befriend(xiaoyu, chen)
    agreed(xiaoyu, chen)
    Person.objects.filter(pk=chen.pk).update(is_active=False)

    assert trust.friend_ids(linwei.pk) == {xiaoyu.pk}
    assert trust.mutual_friends(linwei.pk, xiaoyu.pk) == []
    assert not trust.are_friends(linwei, chen)


def agreed(*people: Person) -> None:
    Person.objects.filter(pk__in=[one.pk for one in people]).update(
        named_to_friends_of_friends=True
    )


def test_friends_in_common_are_named_where_both_agreed(linwei, xiaoyu, chen, wulan):
    for friend in (chen, wulan):
        befriend(linwei, friend)
        befriend(xiaoyu, friend)

    assert trust.mutual_count(linwei.pk, xiaoyu.pk) == 2
    assert trust.mutual_friends(linwei.pk, xiaoyu.pk) == []
    agreed(chen)
    assert trust.mutual_friends(linwei.pk, xiaoyu.pk) == []
    agreed(xiaoyu)
    assert trust.mutual_friends(linwei.pk, xiaoyu.pk) == [chen]
    assert trust.mutual_friends(xiaoyu.pk, linwei.pk) == []


def test_who_was_blocked_does_not_see_the_other(linwei, xiaoyu):
    Block.objects.create(blocker=linwei, blocked=xiaoyu)

    assert linwei not in trust.visible_to(xiaoyu)
    assert xiaoyu in trust.visible_to(linwei)
    assert linwei in trust.visible_to(AnonymousUser())


def test_who_stands_beside_a_viewer_is_parted_from_them_by_no_block(linwei, xiaoyu, chen, wulan):
    Block.objects.create(blocker=linwei, blocked=xiaoyu)
    Person.objects.filter(pk=wulan.pk).update(is_active=False)
    everybody = Person.objects.order_by("pk")

    assert list(trust.together(everybody, linwei.pk)) == [linwei, chen]
    assert list(trust.together(everybody, xiaoyu.pk)) == [xiaoyu, chen]
    assert list(trust.together(everybody, None)) == [linwei, xiaoyu, chen]


def test_staff_have_the_roles_they_were_given(linwei, wulan):
    assert has_role(wulan, StaffRole.Role.MODERATOR)
    assert has_role(wulan)
    assert not has_role(wulan, StaffRole.Role.FINANCE)
    assert not has_role(linwei)
    assert not has_role(AnonymousUser())


def test_a_closed_account_has_no_role(wulan):
    wulan.is_active = False

    assert not has_role(wulan, StaffRole.Role.MODERATOR)
