"""Torture: faults on purpose, and what is true of the money afterwards."""
