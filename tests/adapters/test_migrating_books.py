"""A database of before the books has them afterwards, with all the money that had moved until then."""

from datetime import UTC, datetime

from sqlalchemy import select

from adapters.payments.ledger import LedgerProvider
from adapters.payments.reconciling import reconcile
from adapters.records.book_tables import BOOKINGS
from adapters.records.database import Database
from adapters.records.migrations.run import upgrade
from adapters.records.money_tables import LEDGER_REFUNDS, REFUND_INTENTS
from adapters.records.opened import Records
from adapters.records.request_tables import REQUESTS
from business_care.refund import RefundStatus
from tests.adapters.book_world import assert_sound, balances, booked
from tests.adapters.care_world import OPENED_AT, PAID_AT, a_refund_view, a_view

UPDATED_AT = datetime(2031, 4, 1, tzinfo=UTC)
OF_THE_PRICE = "purchase_price"


def an_intent(licence_id: str, status: str, **fields: object) -> dict[str, object]:
    return {
        "licence_id": licence_id,
        "purpose": OF_THE_PRICE,
        "request_id": f"R-{licence_id}",
        "seller_id": "S1",
        "amount": 12_900,
        "currency": "EUR",
        "status": status,
        "by_hand": None,
        "reference": None,
        "created_at": OPENED_AT,
        "updated_at": UPDATED_AT,
        **fields,
    }


def a_request(licence_id: str, status: RefundStatus, reference: str | None, amount: int) -> dict[str, object]:
    refund = a_refund_view(status, reference).model_copy(update={"amount": amount})
    view = a_view(f"R-{licence_id}", licence_id=licence_id, refund=refund)
    return {
        "request_id": view.request_id,
        "licence_id": licence_id,
        "workflow_id": f"care-request-{view.request_id}",
        "run_id": "run-1",
        "state": view.state,
        "breached": False,
        "opened_at": OPENED_AT,
        "seq": 1,
        "view": view,
        "rejections_dropped": {},
    }


async def test_what_had_moved_is_booked_and_nothing_else(empty_database_url: str) -> None:
    await upgrade(empty_database_url, "0004")
    intents = [
        an_intent("L1", "succeeded", reference="ledger-1"),
        an_intent("L2", "succeeded", purpose="renewal:charge-1", reference="ledger-2", seller_id=None),
        an_intent("L3", "refused", by_hand="paid", reference="transfer 4711"),
        an_intent("L4", "unsent", by_hand="paid"),
        an_intent("L5", "unsent", by_hand="paid", reference="of a request that is gone"),
        an_intent("L6", "failed", by_hand="expected"),
        an_intent("L7", "pending"),
        an_intent("L8", "unsent", amount=None, currency=None, by_hand="paid"),
    ]
    requests = [
        a_request("L3", RefundStatus.SUCCEEDED, "transfer 4711", 12_000),
        a_request("L4", RefundStatus.CHARGED_BACK, None, 12_900),
    ]
    made = [
        {"key": f"refund-{purpose}-{licence_id}", "licence_id": licence_id, "purpose": purpose}
        for licence_id, purpose in (("L1", OF_THE_PRICE), ("L2", "renewal:charge-1"))
    ]
    async with Database(empty_database_url) as database, database.writing() as connection:
        await connection.execute(REFUND_INTENTS.insert(), intents)
        await connection.execute(REQUESTS.insert(), requests)
        amounts = {"amount": 12_900, "currency": "EUR", "at": OPENED_AT}
        await connection.execute(LEDGER_REFUNDS.insert(), [{**row, **amounts} for row in made])

    await upgrade(empty_database_url)

    async with Records.open(empty_database_url) as records:
        assert await booked(records) == [
            ("paid_by_provider", "ledger-1", 12_900, UPDATED_AT),
            ("paid_by_provider", "ledger-2", 12_900, UPDATED_AT),
            ("paid_by_hand", "transfer 4711", 12_000, PAID_AT),
            ("charged_back", "", 12_900, PAID_AT),
            ("paid_by_hand", "of a request that is gone", 12_900, UPDATED_AT),
        ]
        assert await balances(records) == {
            "seller:S1": 12_900 + 12_000 + 12_900 + 12_900,
            "seller:": 12_900,
            "provider": -2 * 12_900,
            "operator": -(12_000 + 12_900),
            "bank": -12_900,
        }
        await assert_sound(records)
        assert (await reconcile(records.database, LedgerProvider(records.database), UPDATED_AT)).is_equal


async def test_a_database_without_refunds_has_empty_books(empty_database_url: str) -> None:
    await upgrade(empty_database_url, "0004")
    await upgrade(empty_database_url)

    async with Database(empty_database_url) as database, database.reading() as connection:
        assert (await connection.execute(select(BOOKINGS))).all() == []
