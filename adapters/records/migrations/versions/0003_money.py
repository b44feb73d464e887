"""The price back: intents, the ledger, the simulated provider."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.String(128)
CODE = sa.String(64)
TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "refund_intents",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("licence_id", ID, nullable=False),
        sa.Column("purpose", CODE, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("seller_id", ID, nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", CODE, nullable=True),
        sa.Column("payment_ref", ID, nullable=True),
        sa.Column("status", CODE, nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("reference", TEXT, nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("by_hand", CODE, nullable=True),
        sa.Column("by_hand_request_id", ID, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refund_intents"),
        sa.UniqueConstraint("licence_id", "purpose", name="uq_refund_intents_licence_id_purpose"),
    )
    op.create_table(
        "ledger_refunds",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("licence_id", ID, nullable=False),
        sa.Column("purpose", CODE, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", CODE, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_refunds"),
        sa.UniqueConstraint("key", name="uq_ledger_refunds_key"),
    )
    op.create_index("ix_ledger_refunds_licence_id", "ledger_refunds", ["licence_id"])
    op.create_table(
        "ledger_entries",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("refund_id", sa.BigInteger(), nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("debit", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("credit", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("currency", CODE, nullable=False),
        sa.ForeignKeyConstraint(["refund_id"], ["ledger_refunds.id"], name="fk_ledger_entries_refund_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_entries"),
    )
    op.create_index("ix_ledger_entries_account", "ledger_entries", ["account"])
    op.create_index("ix_ledger_entries_refund_id", "ledger_entries", ["refund_id"])
    op.create_table(
        "simulated_attempts",
        sa.Column("licence_id", ID, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("licence_id", name="pk_simulated_attempts"),
    )
    op.create_table(
        "simulated_refunds",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("licence_id", ID, nullable=False),
        sa.Column("purpose", CODE, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", CODE, nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("settles_as", CODE, nullable=False),
        sa.Column("settles_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_simulated_refunds"),
        sa.UniqueConstraint("key", name="uq_simulated_refunds_key"),
    )
    op.create_index("ix_simulated_refunds_licence_id", "simulated_refunds", ["licence_id"])
