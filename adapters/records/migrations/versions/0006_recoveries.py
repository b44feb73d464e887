"""Refunds that failed after their request had closed, and the commands about them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.String(128)
WORKFLOW_ID = sa.String(128).with_variant(sa.String(200), "postgresql")
CODE = sa.String(64)
TEXT = sa.Text()
DOCUMENT = sa.JSON()
INSTANT = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "recoveries",
        sa.Column("recovery_id", WORKFLOW_ID, nullable=False),
        sa.Column("licence_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("purpose", CODE, nullable=False),
        sa.Column("failed_reference", TEXT, nullable=False),
        sa.Column("run_id", CODE, nullable=True),
        sa.Column("failed_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", DOCUMENT, nullable=False),
        sa.Column("view", DOCUMENT, nullable=False),
        sa.Column("rejections_dropped", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("recovery_id", name="pk_recoveries"),
        sa.UniqueConstraint("licence_id", "number", name="uq_recoveries_licence_id_number"),
        sa.UniqueConstraint(
            *("licence_id", "purpose", "failed_reference"),
            name="uq_recoveries_licence_id_purpose_failed_reference",
        ),
    )
    still_open = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_recoveries_open",
        "recoveries",
        ["licence_id", "purpose"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_table(
        "recovery_events",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("recovery_id", WORKFLOW_ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", CODE, nullable=False),
        sa.Column("rule", CODE, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("event", DOCUMENT, nullable=False),
        _of_a_recovery("recovery_events"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_events"),
        sa.UniqueConstraint("recovery_id", "seq", name="uq_recovery_events_recovery_id_seq"),
    )
    op.create_table(
        "recovery_rejections",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("recovery_id", WORKFLOW_ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("sha256", CODE, nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("command_id", ID, nullable=True),
        _of_a_recovery("recovery_rejections"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_rejections"),
        sa.UniqueConstraint(
            "recovery_id", "at", "code", "sha256", "occurrence", name="uq_recovery_rejections"
        ),
    )
    op.create_table(
        "recovery_commands",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("recovery_id", WORKFLOW_ID, nullable=False),
        sa.Column("command_id", ID, nullable=False),
        sa.Column("command", CODE, nullable=False),
        sa.Column("sha256", CODE, nullable=False),
        sa.Column("by", DOCUMENT, nullable=False),
        sa.Column("answer", DOCUMENT, nullable=False),
        sa.Column("body", DOCUMENT, nullable=True),
        _of_a_recovery("recovery_commands"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_commands"),
        sa.UniqueConstraint("recovery_id", "command_id", name="uq_recovery_commands_recovery_id_command_id"),
    )
    op.create_index("ix_licences_payment_ref", "licences", ["payment_ref"])
    with op.batch_alter_table("command_log") as command_log:
        command_log.add_column(sa.Column("recovery_id", WORKFLOW_ID, nullable=True))
        command_log.create_index("ix_command_log_recovery_id", ["recovery_id"])


def _of_a_recovery(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["recovery_id"], ["recoveries.recovery_id"], name=f"fk_{table}_recovery_id"
    )
