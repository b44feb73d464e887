"""Paying the price back once (`once.py`), by a payment provider: the embedded ledger or the simulated one."""
