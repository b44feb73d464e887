"""Refunds that failed after their request had closed: an operator pays, and a workflow waits for it (R42)."""
