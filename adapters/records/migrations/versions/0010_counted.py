"""What is counted over all requests, in columns of its own beside the views that tell it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CODE = sa.String(64)
COUNTED = (
    ("acknowledgement", CODE),
    ("acknowledged_after", sa.BigInteger()),
    ("resolution_missed", sa.Boolean()),
    ("closed_after", sa.BigInteger()),
    ("ground", CODE),
    ("refund_status", CODE),
    ("refund_due_at", sa.DateTime(timezone=True)),
)
INDEXED = [
    "state",
    "outcome",
    "acknowledgement",
    "resolution_missed",
    "refund_status",
    "refund_due_at",
    "acknowledged_after",
    "closed_after",
    "opened_at",
    "seller_id",
    "ground",
]

ON_SQLITE = """
    UPDATE requests SET
        acknowledgement = json_extract(view, '$.acknowledgement.status'),
        acknowledged_after = CAST(round(86400 * (
            julianday(json_extract(view, '$.acknowledgement.acted_at'))
            - julianday(json_extract(view, '$.opened_at')))) AS BIGINT),
        resolution_missed = json_extract(view, '$.resolution.missed_at') IS NOT NULL,
        closed_after = CAST(round(86400 * (
            julianday(json_extract(view, '$.closed_at')) - julianday(json_extract(view, '$.opened_at'))
            )) AS BIGINT),
        ground = json_extract(view, '$.resolution.ground'),
        refund_status = json_extract(view, '$.refund.status'),
        refund_due_at = strftime('%Y-%m-%d %H:%M:%f', json_extract(view, '$.refund.due_at')) || '000'
"""
ON_POSTGRESQL = """
    UPDATE requests SET
        acknowledgement = view #>> '{acknowledgement,status}',
        acknowledged_after = round(extract(epoch FROM
            (view #>> '{acknowledgement,acted_at}')::timestamptz - (view ->> 'opened_at')::timestamptz)),
        resolution_missed = (view #>> '{resolution,missed_at}') IS NOT NULL,
        closed_after = round(extract(epoch FROM
            (view ->> 'closed_at')::timestamptz - (view ->> 'opened_at')::timestamptz)),
        ground = view #>> '{resolution,ground}',
        refund_status = view #>> '{refund,status}',
        refund_due_at = (view #>> '{refund,due_at}')::timestamptz
"""


def upgrade() -> None:
    for name, kind in COUNTED:
        op.add_column("requests", sa.Column(name, kind, nullable=True))
    # exec_driver_sql: a colon of a cast is no parameter.
    connection = op.get_bind()
    connection.exec_driver_sql(ON_SQLITE if connection.dialect.name == "sqlite" else ON_POSTGRESQL)
    op.create_index("ix_requests_counted", "requests", INDEXED)
    # What it served is served by the new one, which begins with the state.
    op.drop_index("ix_requests_state", "requests")
