"""The texts of the notices, one file a language: es, fr, en."""
