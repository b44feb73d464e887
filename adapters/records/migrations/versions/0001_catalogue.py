"""What the marketplace knows: sellers, products, licences, care, closures, policy, payment switches."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.String(128)
CODE = sa.String(64)
TEXT = sa.Text()
DOCUMENT = sa.JSON()
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sellers",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("country", CODE, nullable=True),
        sa.Column("subdivision", CODE, nullable=True),
        sa.Column("timezone", CODE, nullable=True),
        sa.Column("language", CODE, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sellers"),
    )
    op.create_table(
        "products",
        sa.Column("id", ID, nullable=False),
        sa.Column("seller_id", ID, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("state", CODE, server_default="on_sale", nullable=False),
        sa.ForeignKeyConstraint(["seller_id"], ["sellers.id"], name="fk_products_seller_id"),
        sa.PrimaryKeyConstraint("id", name="pk_products"),
    )
    op.create_index("ix_products_seller_id", "products", ["seller_id"])
    op.create_table(
        "product_sheets",
        sa.Column("product_id", ID, nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("compatible_versions", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_product_sheets_product_id"),
        sa.PrimaryKeyConstraint("product_id", "from_date", name="pk_product_sheets"),
    )
    op.create_table(
        "bundles",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("on_sale", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bundles"),
    )
    op.create_table(
        "bundle_members",
        sa.Column("bundle_id", ID, nullable=False),
        sa.Column("product_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["bundles.id"], name="fk_bundle_members_bundle_id"),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_bundle_members_product_id"),
        sa.PrimaryKeyConstraint("bundle_id", "product_id", name="pk_bundle_members"),
    )
    op.create_index("ix_bundle_members_product_id", "bundle_members", ["product_id"])
    op.create_table(
        "licences",
        sa.Column("id", ID, nullable=False),
        sa.Column("product_id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("customer_email", TEXT, nullable=False),
        sa.Column("customer_language", CODE, nullable=True),
        sa.Column("purchased_at", INSTANT, nullable=False),
        sa.Column("price_amount", sa.BigInteger(), nullable=False),
        sa.Column("price_currency", CODE, nullable=False),
        sa.Column("refunded_before", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("payment_ref", ID, nullable=True),
        sa.Column("shop_url", TEXT, nullable=True),
        sa.Column("test_shop_urls", DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_licences_product_id"),
        sa.PrimaryKeyConstraint("id", name="pk_licences"),
    )
    op.create_index("ix_licences_customer_id", "licences", ["customer_id"])
    op.create_index("ix_licences_product_id", "licences", ["product_id"])
    op.create_table(
        "care_subscriptions",
        sa.Column("licence_id", ID, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("auto_renew", sa.Boolean(), nullable=False),
        sa.Column("renewal_cancelled_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["licence_id"], ["licences.id"], name="fk_care_subscriptions_licence_id"),
        sa.PrimaryKeyConstraint("licence_id", name="pk_care_subscriptions"),
    )
    op.create_table(
        "closures",
        sa.Column("id", ID, nullable=False),
        sa.Column("seller_id", ID, nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("notified_at", INSTANT, nullable=False),
        sa.Column("ended_notified_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["seller_id"], ["sellers.id"], name="fk_closures_seller_id"),
        sa.PrimaryKeyConstraint("id", name="pk_closures"),
    )
    op.create_index("ix_closures_seller_id", "closures", ["seller_id"])
    op.create_table(
        "policy",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("policy", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policy"),
    )
    op.create_table(
        "payment_switches",
        sa.Column("scope", ID, nullable=False),
        sa.Column("stopped", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_role", CODE, nullable=False),
        sa.Column("by_id", ID, nullable=False),
        sa.Column("by_seller_id", ID, nullable=True),
        sa.PrimaryKeyConstraint("scope", name="pk_payment_switches"),
    )
    op.create_table(
        "simulated_behaviours",
        sa.Column("provider", CODE, nullable=False),
        sa.Column("licence_id", ID, nullable=False),
        sa.Column("words", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("provider", "licence_id", name="pk_simulated_behaviours"),
    )
