"""What was decided in every request: projection, journal, answers, deadlines, notices."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.String(128)
CODE = sa.String(64)
TEXT = sa.Text()
DOCUMENT = sa.JSON()
INSTANT = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "requests",
        sa.Column("request_id", ID, nullable=False),
        sa.Column("licence_id", ID, nullable=False),
        sa.Column("seller_id", ID, nullable=True),
        sa.Column("product_id", ID, nullable=True),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("outcome", CODE, nullable=True),
        sa.Column("breached", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("next_due_at", INSTANT, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("view", DOCUMENT, nullable=False),
        sa.Column("opening", DOCUMENT, nullable=True),
        sa.Column("rejections_dropped", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("request_id", name="pk_requests"),
    )
    op.create_index("ix_requests_licence_id", "requests", ["licence_id"])
    op.create_index("ix_requests_next_due_at", "requests", ["next_due_at"])
    op.create_index("ix_requests_product_id", "requests", ["product_id"])
    op.create_index("ix_requests_seller_id", "requests", ["seller_id"])
    op.create_index("ix_requests_state", "requests", ["state"])
    op.create_table(
        "request_runs",
        sa.Column("request_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("seq_offset", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.request_id"], name="fk_request_runs_request_id"),
        sa.PrimaryKeyConstraint("request_id", "run_id", name="pk_request_runs"),
    )
    op.create_table(
        "request_events",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", CODE, nullable=False),
        sa.Column("rule", CODE, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("event", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.request_id"], name="fk_request_events_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_request_events"),
        sa.UniqueConstraint("request_id", "seq", name="uq_request_events_request_id_seq"),
    )
    op.create_table(
        "rejections",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("sha256", CODE, nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("command_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["requests.request_id"], name="fk_rejections_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rejections"),
        sa.UniqueConstraint(
            "request_id",
            "at",
            "code",
            "sha256",
            "occurrence",
            name="uq_rejections_request_id_at_code_sha256_occurrence",
        ),
    )
    op.create_table(
        "applied_commands",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("command_id", ID, nullable=False),
        sa.Column("command", CODE, nullable=False),
        sa.Column("sha256", CODE, nullable=False),
        sa.Column("by", DOCUMENT, nullable=False),
        sa.Column("answer", DOCUMENT, nullable=False),
        sa.Column("body", DOCUMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.request_id"], name="fk_applied_commands_request_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_applied_commands"),
        sa.UniqueConstraint("request_id", "command_id", name="uq_applied_commands_request_id_command_id"),
    )
    op.create_table(
        "deadline_plans",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("clock", CODE, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("due", INSTANT, nullable=False),
        sa.Column("cause", CODE, nullable=False),
        sa.Column("plan", DOCUMENT, nullable=False),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.Column("by", DOCUMENT, nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["requests.request_id"], name="fk_deadline_plans_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deadline_plans"),
        sa.UniqueConstraint(
            "request_id", "clock", "revision", name="uq_deadline_plans_request_id_clock_revision"
        ),
    )
    op.create_table(
        "command_log",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("command", TEXT, nullable=False),
        sa.Column("command_id", ID, nullable=True),
        sa.Column("by", DOCUMENT, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("answer", DOCUMENT, nullable=True),
        sa.Column("error_code", CODE, nullable=True),
        sa.Column("error_message", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_command_log"),
    )
    op.create_index("ix_command_log_request_id", "command_log", ["request_id"])
    op.create_table(
        "notices",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("request_id", ID, nullable=False),
        sa.Column("key", ID, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("to_role", CODE, nullable=False),
        sa.Column("to_id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("data", DOCUMENT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("delivered_at", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", CODE, nullable=True),
        sa.Column("next_try_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("request_id", "key", name="uq_notices_request_id_key"),
    )
    op.create_index("ix_notices_waiting", "notices", ["delivered_at", "next_try_at"])
