"""What a person's word weighs: the formula's numbers, each with why.

``/about/trust`` prints them from here, so that it cannot say anything else.
"""

from __future__ import annotations

from datetime import timedelta

# A friendship made to be used carries nothing while somebody may still notice it.
FRIENDSHIP_AGE = timedelta(days=7)

# Friends who also trade know each other a little better; beyond two trades, no better.
A_TRADE = 0.5
TRADES_COUNTED = 2

# Nobody knows more people well (Dunbar); who befriends everybody passes on no more than others.
STRONGEST_FRIENDS = 150

# Seeds for a street: below, one of them decides too much, so everybody counts as 1.
SEEDS_NEEDED = 30

# Below a fifth of what is usual, the walk hardly reaches somebody: rings of fakes sit there.
TOO_FAINT = 0.2

# Five friends who are themselves well reached, and not all of one group, bear somebody out.
FRIENDS_NEEDED = 5
WELL_REACHED = 0.5
GROUPS_NEEDED = 2

# So many of the strongest such friends are looked at: one whom the others are not tied to is
# a second group. Friends of one group alone count as one friend.
FRIENDS_GROUPED = 6

# Whoever was banned and comes back starts like everybody: for two weeks they are borne out as
# by one friend, if they have friends of two groups, and their word weighs 0.06 at most.
YOUNG = timedelta(days=14)
YOUNG_FACTOR = 0.3

# Numbers are rounded to this before they are compared with a line, so that the two ways of
# working them out, which add in different orders, fall on the same side of it.
PLACES = 9

# A night in which the middle, or this many people, move so far is more likely an attack or a
# mistake of ours than the truth: a person looks first.
MEDIAN_MAY_MOVE = 0.3
MAY_CROSS_BP = 500


def steps(people: int) -> int:
    """Return how far the walk goes: the logarithm of how many there are, rounded up."""
    return max(people - 1, 1).bit_length()
