"""Which keys have locked the payloads of which workflows, and how a key is recognised again."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CODE = sa.String(64)


def upgrade() -> None:
    op.create_table(
        "encryption_keys",
        sa.Column("key_id", CODE, nullable=False),
        sa.Column("canary", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="pk_encryption_keys"),
    )
    op.create_table(
        "encryption_key_uses",
        sa.Column("key_id", CODE, nullable=False),
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["encryption_keys.key_id"], name="fk_encryption_key_uses_key_id"),
        sa.PrimaryKeyConstraint("key_id", "workflow_id", name="pk_encryption_key_uses"),
    )
    op.create_index("ix_encryption_key_uses_workflow_id", "encryption_key_uses", ["workflow_id"])
