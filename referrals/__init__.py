"""Referrals: share links, clicks, attribution and the commissions they earn."""
