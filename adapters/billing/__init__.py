"""Cancelling tacit renewals: in our own records by default, or one by one at a billing service."""
