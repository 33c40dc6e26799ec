"""Doors for machines: provider webhooks."""
