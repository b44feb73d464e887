"""Tables of products that are switched off: what stands, what was decided, how far the renewals are."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    false,
    text,
)

from adapters.records.columns import (
    CODE,
    ID,
    METADATA,
    WORKFLOW_ID,
    Document,
    identifier,
    instant,
    row_number,
)
from adapters.records.journal_columns import applied_columns, event_columns, rejection_columns
from business_care.deactivation.state import DeactivationState
from business_care.deactivation.views import DeactivationAnswer, DeactivationView

DEACTIVATIONS = Table(
    "deactivations",
    METADATA,
    identifier("deactivation_id", primary_key=True),
    Column("product_id", ID, ForeignKey("products.id"), nullable=False, index=True),
    Column("workflow_id", WORKFLOW_ID, nullable=False),
    identifier("run_id"),
    Column("phase", CODE, nullable=False),
    Column("outcome", CODE),
    instant("ordered_at", nullable=True),
    # How many events the deactivation had when the view was taken.
    Column("seq", Integer, nullable=False),
    # A run that begins again under the same id goes on from here.
    Column("state", Document(DeactivationState), nullable=False),
    Column("view", Document(DeactivationView), nullable=False),
    Column("rejections_dropped", Document(dict[str, int]), nullable=False),
    # One a product at a time, whatever number of workflows says otherwise (R50).
    Index(
        "uq_deactivations_standing",
        "product_id",
        unique=True,
        sqlite_where=text("outcome IS NULL"),
        postgresql_where=text("outcome IS NULL"),
    ),
)


DEACTIVATION_IDS = Table(
    "deactivation_ids",
    METADATA,
    identifier("deactivation_id", primary_key=True),
    identifier("product_id"),
)
"""Which product an id belongs to, from before anything is done: two orders at once can't both have it."""


def _of_a_deactivation(*, primary_key: bool = False) -> Column[str]:
    return Column(
        "deactivation_id",
        ID,
        ForeignKey("deactivations.deactivation_id"),
        nullable=False,
        primary_key=primary_key,
    )


DEACTIVATION_EVENTS = Table(
    "deactivation_events",
    METADATA,
    row_number(),
    _of_a_deactivation(),
    *event_columns(),
    UniqueConstraint("deactivation_id", "seq"),
)

DEACTIVATION_REJECTIONS = Table(
    "deactivation_rejections",
    METADATA,
    row_number(),
    # No foreign key: of an order that was refused there is nothing else.
    identifier("deactivation_id"),
    # An order for another product may have come under the same id, and was refused for that.
    identifier("product_id"),
    *rejection_columns(),
    # Named: the databases' own name for it would be too long.
    UniqueConstraint(
        *("deactivation_id", "product_id", "at", "code", "sha256", "occurrence"),
        name="uq_deactivation_rejections",
    ),
)

APPLIED_TO_DEACTIVATIONS = Table(
    "deactivation_commands",
    METADATA,
    row_number(),
    _of_a_deactivation(),
    *applied_columns(DeactivationAnswer),
    UniqueConstraint("deactivation_id", "command_id"),
)

PRODUCT_BLOCKERS = Table(
    "product_blockers",
    METADATA,
    Column("product_id", ID, ForeignKey("products.id"), primary_key=True),
    identifier("deactivation_id", primary_key=True),
)
"""The set of (product, deactivation) that keeps bundles offline: every bundle that has the product (R52)."""

PRODUCT_MOVES = Table(
    "product_moves",
    METADATA,
    identifier("deactivation_id", primary_key=True),
    # on_sale | offline | retired: where the product went, at most once each in a deactivation
    Column("sale_state", CODE, primary_key=True),
)
"""Which steps have switched a product, so that one that comes again late does not undo a later one."""

BUNDLE_MOVES = Table(
    "bundle_moves",
    METADATA,
    identifier("deactivation_id", primary_key=True),
    # on_sale | offline | retired: where the bundles went, at most once each in a deactivation
    Column("sale_state", CODE, primary_key=True),
    Column("changed", Document(tuple[str, ...]), nullable=False),
)
"""Which bundles a step has changed, so that a step whose answer was lost gives it again."""

RENEWAL_CASCADES = Table(
    "renewal_cascades",
    METADATA,
    identifier("deactivation_id", primary_key=True),
    Column("automatic", BigInteger, nullable=False),
    Column("opted_out", BigInteger, nullable=False),
    Column("cancelled", BigInteger, nullable=False, server_default=text("0")),
)
"""The count at the beginning, and what has been cancelled by all walks together."""

RENEWAL_WALKS = Table(
    "renewal_walks",
    METADATA,
    identifier("deactivation_id", primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    # The last licence of the last page that was kept: moved in the same transaction as the page.
    identifier("cursor", nullable=True),
    Column("seen", BigInteger, nullable=False, server_default=text("0")),
    Column("pages", Integer, nullable=False, server_default=text("0")),
    Column("finished", Boolean, nullable=False, server_default=false()),
    # Renewals looked at in a second, since a worker last took the walk up.
    Column("per_second", Double),
    instant("updated_at"),
)

RENEWAL_TROUBLES = Table(
    "renewal_troubles",
    METADATA,
    identifier("deactivation_id", primary_key=True),
    identifier("licence_id", primary_key=True),
    # failed | in_flight | giving_back | by_hand
    Column("status", CODE, nullable=False),
    Column("code", CODE, nullable=False),
    instant("since"),
    Index("ix_renewal_troubles_status", "deactivation_id", "status"),
)
"""Renewals that need another look: what failed, and charges that were in flight (R56)."""

REFUNDED_RENEWALS = Table(
    "refunded_renewals",
    METADATA,
    identifier("licence_id", primary_key=True),
    # failed | in_flight | giving_back | by_hand, as above
    Column("status", CODE, nullable=False),
    Column("code", CODE, nullable=False),
    instant("since"),
)
"""The same for licences whose care a refund has ended, while a billing service still charges them (R43)."""
