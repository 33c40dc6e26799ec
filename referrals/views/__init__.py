"""The doors of referrals: what a link opens, sharing, and what sharing earned."""
