"""Providers, each behind the same few questions; which one answers is a name on the row."""
