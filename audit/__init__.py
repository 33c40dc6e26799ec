"""The audit: who did what to whom, each row chained to the one before."""
