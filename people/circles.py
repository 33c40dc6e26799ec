"""Circles: opened, joined, left, handed over, closed.

``Circle`` and ``CircleMember`` keep them; whose circles a person sees, and who is in one as
a given viewer sees it, is asked in ``people.circle_reading``. Whoever hosts a circle is a
member of it. Everything about who is in a circle happens under that circle's lock.
"""
