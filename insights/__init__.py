"""Insights: figures a vendor reads, counted from what really happened."""
