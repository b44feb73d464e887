"""Tables of refunds that failed after their request had closed: what is owed, and how it was paid (R42)."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, UniqueConstraint, text

from adapters.records.columns import (
    CODE,
    METADATA,
    TEXT,
    WORKFLOW_ID,
    Document,
    identifier,
    instant,
    row_number,
)
from adapters.records.journal_columns import applied_columns, event_columns, rejection_columns
from business_care.recovery.state import RecoveryState
from business_care.recovery.views import RecoveryAnswer, RecoveryView

RECOVERIES = Table(
    "recoveries",
    METADATA,
    # <licence_id>-<n>
    Column("recovery_id", WORKFLOW_ID, primary_key=True),
    identifier("licence_id"),
    Column("number", Integer, nullable=False),
    Column("purpose", CODE, nullable=False),
    # The refund that failed, as the provider calls it: one recovery each, however often it is told.
    Column("failed_reference", TEXT, nullable=False),
    # Null until the workflow has stored its first step.
    Column("run_id", CODE),
    instant("failed_at"),
    instant("ended_at", nullable=True),
    # How many events the recovery had when the view was taken.
    Column("seq", Integer, nullable=False),
    Column("state", Document(RecoveryState), nullable=False),
    Column("view", Document(RecoveryView), nullable=False),
    Column("rejections_dropped", Document(dict[str, int]), nullable=False),
    UniqueConstraint("licence_id", "number"),
    UniqueConstraint("licence_id", "purpose", "failed_reference"),
    # One payment by hand at a time for what was owed, whoever says otherwise (R41).
    Index(
        "uq_recoveries_open",
        "licence_id",
        "purpose",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)


def _of_a_recovery() -> Column[str]:
    return Column("recovery_id", WORKFLOW_ID, ForeignKey("recoveries.recovery_id"), nullable=False)


RECOVERY_EVENTS = Table(
    "recovery_events",
    METADATA,
    row_number(),
    _of_a_recovery(),
    *event_columns(),
    UniqueConstraint("recovery_id", "seq"),
)

RECOVERY_REJECTIONS = Table(
    "recovery_rejections",
    METADATA,
    row_number(),
    _of_a_recovery(),
    *rejection_columns(),
    # Named: the databases' own name for it would be too long.
    UniqueConstraint("recovery_id", "at", "code", "sha256", "occurrence", name="uq_recovery_rejections"),
)

APPLIED_TO_RECOVERIES = Table(
    "recovery_commands",
    METADATA,
    row_number(),
    _of_a_recovery(),
    *applied_columns(RecoveryAnswer),
    UniqueConstraint("recovery_id", "command_id"),
)
