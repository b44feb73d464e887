"""All tables of the records in one place: what migrations are compared with."""

from adapters.records import (
    book_tables,
    catalogue_tables,
    deactivation_tables,
    encryption_tables,
    money_tables,
    recovery_tables,
    request_tables,
)
from adapters.records.columns import METADATA

ALL_TABLES = METADATA.sorted_tables
"""Every table, those that others refer to first."""

__all__ = [
    "ALL_TABLES",
    "METADATA",
    "book_tables",
    "catalogue_tables",
    "deactivation_tables",
    "encryption_tables",
    "money_tables",
    "recovery_tables",
    "request_tables",
]
