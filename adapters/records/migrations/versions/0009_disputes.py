"""What customers' banks do to payments, for requests that are opened later too."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.String(128)


def upgrade() -> None:
    op.create_table(
        "disputes",
        sa.Column("payment_ref", ID, nullable=False),
        sa.Column("dispute_id", ID, nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("payment_ref", "dispute_id", name="pk_disputes"),
    )
