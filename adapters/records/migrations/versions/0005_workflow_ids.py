"""Ids of workflows are longer than the ids that they are made of. SQLite looks at no length."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.String(128)
WORKFLOW_ID = sa.String(200)

_COLUMNS = (
    ("requests", "workflow_id"),
    ("deactivations", "workflow_id"),
    ("refund_intents", "by_hand_request_id"),
    ("notices", "subject_id"),
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, column in _COLUMNS:
            op.alter_column(table, column, existing_type=ID, type_=WORKFLOW_ID)
