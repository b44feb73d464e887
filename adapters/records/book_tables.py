"""Tables of our own books: every movement of money given back, each as a debit and a credit (R41, R42)."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
)
from sqlalchemy import text as sql

from adapters.records.columns import CODE, METADATA, TEXT, identifier, instant, row_number

BOOKINGS = Table(
    "bookings",
    METADATA,
    row_number(),
    identifier("licence_id"),
    Column("purpose", CODE, nullable=False),
    # The request, or the deactivation, that it was paid for.
    identifier("request_id", nullable=True),
    # books.BookingKind
    Column("kind", CODE, nullable=False),
    # The provider's, or the operator's, name for the payment; empty where nobody gave one.
    Column("reference", TEXT, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", CODE, nullable=False),
    # When the money moved, in the life of what it was paid for.
    instant("at"),
    # The how-manyth of its licence and purpose: payments have odd numbers, returns even ones.
    Column("position", Integer, nullable=False),
    UniqueConstraint("licence_id", "purpose", "kind", "reference"),
    # One payment in force at a time: of two at once the second finds its number taken.
    UniqueConstraint("licence_id", "purpose", "position"),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("position > 0 AND (kind = 'returned_by_provider') = (position % 2 = 0)", name="position"),
)
"""Rows are added, and never changed."""

BOOKING_ENTRIES = Table(
    "booking_entries",
    METADATA,
    Column("booking_id", BigInteger, ForeignKey("bookings.id"), primary_key=True, autoincrement=False),
    Column("account", TEXT, primary_key=True),
    Column("debit", BigInteger, nullable=False, server_default=sql("0")),
    Column("credit", BigInteger, nullable=False, server_default=sql("0")),
    Column("currency", CODE, nullable=False),
    Index("ix_booking_entries_account", "account", "currency"),
    CheckConstraint("debit >= 0 AND credit >= 0 AND (debit > 0) <> (credit > 0)", name="one_side"),
)
"""Two rows a booking: that its debit equals its credit no constraint of a row can say; reconciling looks."""
