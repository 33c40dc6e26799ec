"""The doors of the people room: one's own pages, friends, circles."""
