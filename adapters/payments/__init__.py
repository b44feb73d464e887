"""Paying the price back once (`once.py`), by a provider: embedded ledger, simulated one, or Stripe."""
