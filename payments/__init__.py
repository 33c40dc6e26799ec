"""Payments: charges, refunds and payouts, and the providers behind them."""
