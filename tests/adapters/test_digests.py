"""The operator's digest counts what is open, and is told once a day."""

from datetime import UTC, datetime, timedelta

from adapters.records.opened import OperatorDesk, Records
from business_care.digest import Digest, SellerBreaches
from business_care.state import Outcome
from business_care.views import CareStateName
from tests.adapters.care_world import a_step, a_view

MORNING = datetime(2031, 3, 4, 6, tzinfo=UTC)
MIDNIGHT = datetime(2031, 3, 4, 23, tzinfo=UTC)
"""With which 4 March ends in Paris: what is due then is due on that day."""


async def with_requests(records: Records) -> None:
    for view in (
        a_view("R-today", next_due_at=MIDNIGHT),
        a_view("R-tomorrow", next_due_at=MIDNIGHT + timedelta(seconds=1)),
        a_view("R-yesterday", next_due_at=MIDNIGHT - timedelta(days=1), breached=True),
        a_view("R-other", seller_id="S2", state=CareStateName.DISPUTED, breached=True),
        a_view("R-again", seller_id="S2", state=CareStateName.REFUND_MANUAL, breached=True),
        a_view("R-due", state=CareStateName.REFUND_DUE),
        a_view("R-closed", state=CareStateName.CLOSED, outcome=Outcome.REFUNDED, breached=True),
    ):
        await records.care.store(a_step(view))


async def test_open_requests_are_counted_by_what_they_wait_for(records: Records) -> None:
    await with_requests(records)

    digest = await records.digests.write_digest(MORNING, differences=2)

    assert digest == Digest(
        on=MORNING.date(),
        due_today=1,
        overdue=1,
        breached=3,
        waiting_for_operator=2,
        refunds_not_settled=2,
        differences=2,
        by_seller=(SellerBreaches(seller_id="S2", breached=2), SellerBreaches(seller_id="S1", breached=1)),
    )


async def test_the_operator_has_one_digest_a_day(records: Records) -> None:
    for hours in (0, 1, 24):
        await records.digests.write_digest(MORNING + timedelta(hours=hours), differences=None)

    queued = await records.notices(OperatorDesk("operator@market.example")).undelivered(10)

    assert [one.notice.key for one in queued] == ["digest-2031-03-04", "digest-2031-03-05"]
    assert {one.address for one in queued} == {"operator@market.example"}
