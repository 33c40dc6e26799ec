"""Shops: a vendor's sign, story, theme, staff and terms."""
