"""Products that are switched off: deactivations, bundles that follow, renewals, and notices about them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.String(128)
CODE = sa.String(64)
TEXT = sa.Text()
DOCUMENT = sa.JSON(none_as_null=True)
INSTANT = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _catalogue()
    _deactivations()
    _renewals()
    _simulated_billing()
    _notices_and_commands()


def _catalogue() -> None:
    op.add_column("bundles", sa.Column("retired", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.drop_index("ix_licences_product_id", table_name="licences")
    op.create_index("ix_licences_walk", "licences", ["product_id", "id"])
    op.create_table(
        "product_blockers",
        sa.Column("product_id", ID, nullable=False),
        sa.Column("deactivation_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_product_blockers_product_id"),
        sa.PrimaryKeyConstraint("product_id", "deactivation_id", name="pk_product_blockers"),
    )
    op.create_table(
        "product_moves",
        sa.Column("deactivation_id", ID, nullable=False),
        sa.Column("sale_state", CODE, nullable=False),
        sa.PrimaryKeyConstraint("deactivation_id", "sale_state", name="pk_product_moves"),
    )
    op.create_table(
        "bundle_moves",
        sa.Column("deactivation_id", ID, nullable=False),
        sa.Column("sale_state", CODE, nullable=False),
        sa.Column("changed", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("deactivation_id", "sale_state", name="pk_bundle_moves"),
    )


def _deactivations() -> None:
    op.create_table(
        "deactivations",
        sa.Column("deactivation_id", ID, nullable=False),
        sa.Column("product_id", ID, nullable=False),
        sa.Column("workflow_id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("phase", CODE, nullable=False),
        sa.Column("outcome", CODE, nullable=True),
        sa.Column("ordered_at", INSTANT, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", DOCUMENT, nullable=False),
        sa.Column("view", DOCUMENT, nullable=False),
        sa.Column("rejections_dropped", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_deactivations_product_id"),
        sa.PrimaryKeyConstraint("deactivation_id", name="pk_deactivations"),
    )
    op.create_index("ix_deactivations_product_id", "deactivations", ["product_id"])
    standing = sa.text("outcome IS NULL")
    op.create_index(
        "uq_deactivations_standing",
        "deactivations",
        ["product_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_table(
        "deactivation_ids",
        sa.Column("deactivation_id", ID, nullable=False),
        sa.Column("product_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("deactivation_id", name="pk_deactivation_ids"),
    )
    op.create_table(
        "deactivation_events",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("deactivation_id", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", CODE, nullable=False),
        sa.Column("rule", CODE, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("event", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["deactivation_id"],
            ["deactivations.deactivation_id"],
            name="fk_deactivation_events_deactivation_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deactivation_events"),
        sa.UniqueConstraint("deactivation_id", "seq", name="uq_deactivation_events_deactivation_id_seq"),
    )
    op.create_table(
        "deactivation_rejections",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("deactivation_id", ID, nullable=False),
        sa.Column("product_id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("sha256", CODE, nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("command_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_deactivation_rejections"),
        sa.UniqueConstraint(
            "deactivation_id",
            "product_id",
            "at",
            "code",
            "sha256",
            "occurrence",
            name="uq_deactivation_rejections",
        ),
    )
    op.create_table(
        "deactivation_commands",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("deactivation_id", ID, nullable=False),
        sa.Column("command_id", ID, nullable=False),
        sa.Column("command", CODE, nullable=False),
        sa.Column("sha256", CODE, nullable=False),
        sa.Column("by", DOCUMENT, nullable=False),
        sa.Column("answer", DOCUMENT, nullable=False),
        sa.Column("body", DOCUMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["deactivation_id"],
            ["deactivations.deactivation_id"],
            name="fk_deactivation_commands_deactivation_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deactivation_commands"),
        sa.UniqueConstraint(
            "deactivation_id", "command_id", name="uq_deactivation_commands_deactivation_id_command_id"
        ),
    )


def _renewals() -> None:
    op.create_table(
        "renewal_cascades",
        sa.Column("deactivation_id", ID, nullable=False),
        sa.Column("automatic", sa.BigInteger(), nullable=False),
        sa.Column("opted_out", sa.BigInteger(), nullable=False),
        sa.Column("cancelled", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("deactivation_id", name="pk_renewal_cascades"),
    )
    op.create_table(
        "renewal_walks",
        sa.Column("deactivation_id", ID, nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cursor", ID, nullable=True),
        sa.Column("seen", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("pages", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("finished", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("per_second", sa.Double(), nullable=True),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("deactivation_id", "round", "number", name="pk_renewal_walks"),
    )
    op.create_table(
        "renewal_troubles",
        sa.Column("deactivation_id", ID, nullable=False),
        sa.Column("licence_id", ID, nullable=False),
        sa.Column("status", CODE, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("deactivation_id", "licence_id", name="pk_renewal_troubles"),
    )
    op.create_index("ix_renewal_troubles_status", "renewal_troubles", ["deactivation_id", "status"])


def _simulated_billing() -> None:
    op.create_table(
        "simulated_cancellations",
        sa.Column("licence_id", ID, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("licence_id", name="pk_simulated_cancellations"),
    )
    op.create_table(
        "simulated_charges",
        sa.Column("charge_id", CODE, nullable=False),
        sa.Column("licence_id", ID, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", CODE, nullable=False),
        sa.Column("period_starts_on", sa.Date(), nullable=False),
        sa.Column("settles_as", CODE, nullable=False),
        sa.Column("settles_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("charge_id", name="pk_simulated_charges"),
    )
    op.create_index("ix_simulated_charges_licence_id", "simulated_charges", ["licence_id"])


def _notices_and_commands() -> None:
    with op.batch_alter_table("notices") as notices:
        notices.add_column(sa.Column("about", CODE, server_default="request", nullable=False))
        notices.alter_column("request_id", new_column_name="subject_id")
        notices.drop_constraint("uq_notices_request_id_key", type_="unique")
    # On its own: SQLite's table is written anew, and the new name is known from then on.
    with op.batch_alter_table("notices") as notices:
        notices.create_unique_constraint("uq_notices_about_subject_id_key", ["about", "subject_id", "key"])
    with op.batch_alter_table("command_log") as command_log:
        command_log.alter_column("request_id", existing_type=ID, nullable=True)
        command_log.add_column(sa.Column("product_id", ID, nullable=True))
        command_log.create_index("ix_command_log_product_id", ["product_id"])
