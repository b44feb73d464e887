"""Deterministic orchestration: the lives of care requests, told as lists of verbs."""
