"""Clicks, for whoever looks in from outside: telling visitors apart, noting, draining."""

from referrals.agents import classify
from referrals.draining import drain
from referrals.noting import note

__all__ = ["classify", "drain", "note"]
