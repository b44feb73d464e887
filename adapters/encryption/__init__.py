"""Payloads that only we can read: the keys, the codec that locks and unlocks, the server that unlocks for
people."""
