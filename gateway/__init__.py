"""The way in for callers: a typed client that opens requests, sends commands and reads what came of them."""
