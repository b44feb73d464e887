"""The way in for callers: typed clients that open, order, send commands and read what came of them."""
