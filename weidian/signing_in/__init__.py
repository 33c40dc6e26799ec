"""Signing in: one field, six digits, and how allauth's flows meet the rooms.

Whoever types an address gets a code there, whether or not somebody has an account with
it: the page, the letter and the time it takes are the same. The right code proves the
address, and only then is an account looked up or made. So nobody can find out here who
has an account, nobody can prepare one in somebody else's name, and signing up and
signing in are one journey.
"""
