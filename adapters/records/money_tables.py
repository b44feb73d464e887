"""Tables of the price back: the intents, the ledger that pays by default, the simulated providers."""

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Integer, Table, UniqueConstraint
from sqlalchemy import text as sql

from adapters.records.columns import CODE, METADATA, TEXT, WORKFLOW_ID, identifier, instant, row_number

REFUND_INTENTS = Table(
    "refund_intents",
    METADATA,
    row_number(),
    identifier("licence_id"),
    Column("purpose", CODE, nullable=False),
    identifier("request_id"),
    identifier("seller_id", nullable=True),
    # The money as first intended: a key must not be used with another amount. Null: left to people at once.
    Column("amount", BigInteger),
    Column("currency", CODE),
    identifier("payment_ref", nullable=True),
    # How it stands at the provider: refund_marks.IntentStatus.
    Column("status", CODE, nullable=False),
    Column("reason", TEXT),
    Column("reference", TEXT),
    # Calls that asked the provider to pay.
    Column("attempts", Integer, nullable=False, server_default=sql("0")),
    # expected | paid: an operator has taken over, and no program may pay any more (R42)
    Column("by_hand", CODE),
    # The request, or the recovery of a refund that failed late, that left the payment to the operator.
    Column("by_hand_request_id", WORKFLOW_ID),
    instant("created_at"),
    instant("updated_at"),
    UniqueConstraint("licence_id", "purpose"),
)
"""One row a licence and purpose, for ever, whatever number of requests asks for it (R41)."""

DISPUTES = Table(
    "disputes",
    METADATA,
    identifier("payment_ref", primary_key=True),
    identifier("dispute_id", primary_key=True),
    # opened | won | lost, as the provider told last
    Column("status", CODE, nullable=False),
    instant("updated_at"),
)
"""What customers' banks do to payments, whether or not a request was open when it was told (R44)."""

LEDGER_REFUNDS = Table(
    "ledger_refunds",
    METADATA,
    row_number(),
    Column("key", TEXT, nullable=False, unique=True),
    identifier("licence_id", index=True),
    Column("purpose", CODE, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", CODE, nullable=False),
    instant("at"),
)

LEDGER_ENTRIES = Table(
    "ledger_entries",
    METADATA,
    row_number(),
    Column("refund_id", BigInteger, ForeignKey("ledger_refunds.id"), nullable=False, index=True),
    # Each refund debits the seller and credits the customer: all debits make all credits, by currency.
    Column("account", TEXT, nullable=False, index=True),
    Column("debit", BigInteger, nullable=False, server_default=sql("0")),
    Column("credit", BigInteger, nullable=False, server_default=sql("0")),
    Column("currency", CODE, nullable=False),
)

SIMULATED_ATTEMPTS = Table(
    "simulated_attempts",
    METADATA,
    identifier("licence_id", primary_key=True),
    Column("attempts", Integer, nullable=False),
)

SIMULATED_CANCELLATIONS = Table(
    "simulated_cancellations",
    METADATA,
    identifier("licence_id", primary_key=True),
    # Calls that asked the simulated billing service to cancel.
    Column("attempts", Integer, nullable=False),
)

SIMULATED_CHARGES = Table(
    "simulated_charges",
    METADATA,
    Column("charge_id", CODE, primary_key=True),
    identifier("licence_id", index=True),
    Column("amount", BigInteger, nullable=False),
    Column("currency", CODE, nullable=False),
    Column("period_starts_on", Date, nullable=False),
    # paid | failed, once that instant is reached; in flight until then
    Column("settles_as", CODE, nullable=False),
    instant("settles_at"),
)

SIMULATED_REFUNDS = Table(
    "simulated_refunds",
    METADATA,
    row_number(),
    Column("key", TEXT, nullable=False, unique=True),
    identifier("licence_id", index=True),
    Column("purpose", CODE, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", CODE, nullable=False),
    instant("requested_at"),
    # succeeded | failed, once that instant is reached, and pending until then; failed_late: paid until then
    Column("settles_as", CODE, nullable=False),
    instant("settles_at"),
)
