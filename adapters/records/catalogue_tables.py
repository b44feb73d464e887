"""Tables of what the marketplace knows: sellers, products, licences, care, closures, the policy."""

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, Table, false, true
from sqlalchemy import text as sql

from adapters.records.columns import CODE, ID, METADATA, TEXT, Document, identifier, instant
from business_care.policy import Policy

SELLERS = Table(
    "sellers",
    METADATA,
    identifier("id", primary_key=True),
    Column("name", TEXT, nullable=False),
    Column("email", TEXT, nullable=False),
    # Without a calendar a seller has the marketplace's (R3); without a language the country decides.
    Column("country", CODE),
    Column("subdivision", CODE),
    Column("timezone", CODE),
    Column("language", CODE),
)

PRODUCTS = Table(
    "products",
    METADATA,
    identifier("id", primary_key=True),
    Column("seller_id", ID, ForeignKey("sellers.id"), nullable=False, index=True),
    Column("name", TEXT, nullable=False),
    Column("state", CODE, nullable=False, server_default="on_sale"),
)

PRODUCT_SHEETS = Table(
    "product_sheets",
    METADATA,
    Column("product_id", ID, ForeignKey("products.id"), primary_key=True),
    Column("from_date", Date, primary_key=True),
    Column("compatible_versions", Document(tuple[str, ...]), nullable=False),
)

BUNDLES = Table(
    "bundles",
    METADATA,
    identifier("id", primary_key=True),
    Column("name", TEXT, nullable=False),
    # What the marketplace wants; whether it is offline follows from its members (bundle_states.py).
    Column("on_sale", Boolean, nullable=False, server_default=true()),
    # A member was taken off for good (R52): the bundle never comes back, whatever its members are by then.
    Column("retired", Boolean, nullable=False, server_default=false()),
)

BUNDLE_MEMBERS = Table(
    "bundle_members",
    METADATA,
    Column("bundle_id", ID, ForeignKey("bundles.id"), primary_key=True),
    Column("product_id", ID, ForeignKey("products.id"), primary_key=True, index=True),
)

LICENCES = Table(
    "licences",
    METADATA,
    identifier("id", primary_key=True),
    Column("product_id", ID, ForeignKey("products.id"), nullable=False),
    identifier("customer_id", index=True),
    Column("customer_email", TEXT, nullable=False),
    Column("customer_language", CODE),
    instant("purchased_at"),
    Column("price_amount", BigInteger, nullable=False),
    Column("price_currency", CODE, nullable=False),
    Column("refunded_before", BigInteger, nullable=False, server_default=sql("0")),
    identifier("payment_ref", nullable=True, index=True),
    Column("shop_url", TEXT),
    Column("test_shop_urls", Document(tuple[str, ...]), nullable=False),
    # The renewals of a product are walked in the order of this index.
    Index("ix_licences_walk", "product_id", "id"),
)

CARE_SUBSCRIPTIONS = Table(
    "care_subscriptions",
    METADATA,
    Column("licence_id", ID, ForeignKey("licences.id"), primary_key=True),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    # False: the customer opted out of the tacit renewal.
    Column("auto_renew", Boolean, nullable=False),
    Column("renewal_cancelled_on", Date),
    Column("ended_on", Date),
)

CLOSURES = Table(
    "closures",
    METADATA,
    identifier("id", primary_key=True),
    Column("seller_id", ID, ForeignKey("sellers.id"), nullable=False, index=True),
    # As announced; what an early reopening leaves follows from the instant of its notice (closure_days.py).
    Column("start_date", Date, nullable=False),
    Column("end_date", Date, nullable=False),
    instant("notified_at"),
    instant("ended_notified_at", nullable=True),
)

POLICY = Table(
    "policy",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("policy", Document(Policy), nullable=False),
)
"""One row, with id 1; without it the defaults are in force."""

PAYMENT_SWITCHES = Table(
    "payment_switches",
    METADATA,
    # The seller's id, or nothing at all for everybody: no id is empty.
    Column("scope", ID, primary_key=True),
    Column("stopped", Boolean, nullable=False, server_default=false()),
    instant("at"),
    Column("by_role", CODE, nullable=False),
    identifier("by_id"),
    identifier("by_seller_id", nullable=True),
)

SIMULATED_BEHAVIOURS = Table(
    "simulated_behaviours",
    METADATA,
    # "payment" or "billing"
    Column("provider", CODE, primary_key=True),
    identifier("licence_id", primary_key=True),
    Column("words", Document(tuple[str, ...]), nullable=False),
)
