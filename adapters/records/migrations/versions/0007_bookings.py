"""Our own books of money given back, begun with what the intents say; renewals of refunded licences."""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.String(128)
CODE = sa.String(64)
TEXT = sa.Text()
INSTANT = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _tables()
    _book_what_the_provider_paid()
    _book_what_was_paid_otherwise()
    _enter("seller:", "debit")
    _enter(None, "credit")


def _tables() -> None:
    op.create_table(
        "bookings",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("licence_id", ID, nullable=False),
        sa.Column("purpose", CODE, nullable=False),
        sa.Column("request_id", ID, nullable=True),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", CODE, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bookings"),
        sa.UniqueConstraint(
            *("licence_id", "purpose", "kind", "reference"),
            name="uq_bookings_licence_id_purpose_kind_reference",
        ),
        sa.UniqueConstraint(
            *("licence_id", "purpose", "position"), name="uq_bookings_licence_id_purpose_position"
        ),
        sa.CheckConstraint("amount > 0", name="ck_bookings_amount"),
        sa.CheckConstraint(
            "position > 0 AND (kind = 'returned_by_provider') = (position % 2 = 0)",
            name="ck_bookings_position",
        ),
    )
    op.create_table(
        "booking_entries",
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("debit", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("credit", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("currency", CODE, nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name="fk_booking_entries_booking_id"),
        sa.PrimaryKeyConstraint("booking_id", "account", name="pk_booking_entries"),
        sa.CheckConstraint(
            "debit >= 0 AND credit >= 0 AND (debit > 0) <> (credit > 0)", name="ck_booking_entries_one_side"
        ),
    )
    op.create_index("ix_booking_entries_account", "booking_entries", ["account", "currency"])
    op.create_table(
        "refunded_renewals",
        sa.Column("licence_id", ID, nullable=False),
        sa.Column("status", CODE, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("licence_id", name="pk_refunded_renewals"),
    )


def _book_what_the_provider_paid() -> None:
    """When it was paid is not kept: the last change of the intent is the nearest that is known."""
    op.execute(
        """
        INSERT INTO bookings
            (licence_id, purpose, request_id, kind, reference, amount, currency, at, position)
        SELECT licence_id, purpose, request_id, 'paid_by_provider', substr(coalesce(reference, ''), 1, 500),
               amount, currency, updated_at, 1
        FROM refund_intents
        WHERE status = 'succeeded' AND coalesce(by_hand, '') <> 'paid' AND amount > 0
        """
    )


def _book_what_was_paid_otherwise() -> None:
    """What an operator paid, or a chargeback took: a request of the licence says which, how much and when."""
    connection = op.get_bind()
    paid = sa.text("SELECT * FROM refund_intents WHERE by_hand = 'paid' ORDER BY id")
    for intent in connection.execute(paid).mappings().all():
        refund = _settled(connection, intent)
        amount, currency = refund.get("amount"), refund.get("currency")
        if not amount:
            amount, currency = intent["amount"], intent["currency"]
        if not amount:
            continue
        charged_back = refund.get("status") == "charged_back"
        row = {
            "licence_id": intent["licence_id"],
            "purpose": intent["purpose"],
            "request_id": refund.get("request_id", intent["request_id"]),
            "kind": "charged_back" if charged_back else "paid_by_hand",
            "reference": (intent["reference"] or "")[:500],
            "amount": amount,
            "currency": currency,
            "at": _instant(connection, refund.get("settled_at"), intent["updated_at"]),
            "position": 1,
        }
        columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
        connection.execute(sa.text(f"INSERT INTO bookings ({columns}) VALUES ({values})"), row)  # noqa: S608 -- names written above


def _settled(connection: sa.Connection, intent: sa.RowMapping) -> dict[str, Any]:
    """The refund of the request that was settled first on the licence, as its last view tells it."""
    query = sa.text("SELECT request_id, view FROM requests WHERE licence_id = :licence ORDER BY opened_at")
    for request in connection.execute(query, {"licence": intent["licence_id"]}).mappings():
        view = request["view"]
        # PostgreSQL's driver gives JSON back as its text here, as SQLite keeps it.
        refund = (json.loads(view) if isinstance(view, str) else view).get("refund") or {}
        same = (refund.get("reference") or "") == (intent["reference"] or "")
        if refund.get("status") in ("succeeded", "charged_back") and same:
            return {**refund, "request_id": request["request_id"]}
    return {}


def _instant(connection: sa.Connection, told: str | None, otherwise: Any) -> Any:
    if told is None:
        return otherwise
    instant = datetime.fromisoformat(told)
    on_sqlite = connection.dialect.name == "sqlite"
    return instant.replace(tzinfo=None).isoformat(" ", "microseconds") if on_sqlite else instant


def _enter(seller: str | None, side: str) -> None:
    """One side of every booking: the seller's, or whoever's paid."""
    payer = (
        "CASE bookings.kind WHEN 'paid_by_provider' THEN 'provider'"
        " WHEN 'paid_by_hand' THEN 'operator' ELSE 'bank' END"
    )
    account = payer if seller is None else f"'{seller}' || coalesce(refund_intents.seller_id, '')"
    op.execute(
        f"""
        INSERT INTO booking_entries (booking_id, account, {side}, currency)
        SELECT bookings.id, {account}, bookings.amount, bookings.currency
        FROM bookings JOIN refund_intents ON refund_intents.licence_id = bookings.licence_id
            AND refund_intents.purpose = bookings.purpose
        """  # noqa: S608 -- everything that fills it is written in this file
    )
