"""Measurements: each runs by itself, prints a table and, with `--json`, what it measured."""
