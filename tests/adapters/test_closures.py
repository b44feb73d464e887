"""Sellers' closures in the records: announced, ended early, and which requests they bind (R7)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.records.opened import Records
from adapters.records.seed import load
from business_care.calendar import CalendarRefused
from business_care.errors import RecordMissing
from business_care.listing import SellerClosure
from business_care.state import AcknowledgementStatus, Outcome
from business_care.views import AcknowledgementView, ClosureCut
from tests.adapters.care_world import OPENED_AT, a_file, a_seller, a_step, a_view, an_opening

NOTIFIED_AT = OPENED_AT - timedelta(days=10)


def announcement(
    start: date = date(2031, 3, 4),
    end: date = date(2031, 3, 10),
    *,
    id: str = "K1",  # noqa: A002
    seller_id: str = "S1",
) -> SellerClosure:
    return SellerClosure(id=id, seller_id=seller_id, start=start, end=end, notified_at=NOTIFIED_AT)


@pytest.fixture(autouse=True)
async def sellers(records: Records) -> None:
    await load(records.database, a_file(sellers=(a_seller(), a_seller("S2"))))


async def bound_days(records: Records) -> list[tuple[date, date]]:
    facts = await records.care.licence_facts(an_opening())
    return [(closure.start, closure.end) for closure in facts.closures]


async def test_a_closure_is_announced_once(records: Records) -> None:
    await records.closures.announce(announcement())

    assert await records.closures.announce(announcement()) == announcement()
    assert await records.closures.of_seller("S1") == [announcement()]


async def test_the_same_id_with_other_days_is_refused(records: Records) -> None:
    await records.closures.announce(announcement())

    with pytest.raises(CalendarRefused, match="K1 was announced by S1 from 2031-03-04 to 2031-03-10"):
        await records.closures.announce(announcement(end=date(2031, 3, 11)))

    assert await bound_days(records) == [(date(2031, 3, 4), date(2031, 3, 10))]


async def test_a_closure_that_ends_before_it_starts_is_refused(records: Records) -> None:
    with pytest.raises(CalendarRefused, match="the end must not lie before the start"):
        await records.closures.announce(announcement(end=date(2031, 3, 3)))


async def test_a_closure_needs_a_seller_that_is_known(records: Records) -> None:
    with pytest.raises(RecordMissing, match="S404"):
        await records.closures.announce(announcement(seller_id="S404"))


async def test_closures_are_listed_by_seller_and_by_start(records: Records) -> None:
    later = announcement(date(2031, 5, 1), date(2031, 5, 2), id="K0")
    of_another = announcement(date(2031, 4, 1), date(2031, 4, 2), id="K2", seller_id="S2")
    for closure in (later, announcement(), of_another):
        await records.closures.announce(closure)

    assert [closure.id for closure in await records.closures.of_seller("S1")] == ["K1", "K0"]
    assert [closure.id for closure in await records.closures.of_seller(None)] == ["K1", "K2", "K0"]


@pytest.mark.parametrize(
    ("notified_at", "left"),
    [
        pytest.param(
            datetime(2031, 3, 6, 12, tzinfo=UTC), [(date(2031, 3, 4), date(2031, 3, 6))], id="in its midst"
        ),
        pytest.param(
            datetime(2031, 3, 6, 23, 30, tzinfo=UTC),
            [(date(2031, 3, 4), date(2031, 3, 7))],
            id="on the seller's local day",
        ),
        pytest.param(
            datetime(2031, 3, 20, tzinfo=UTC), [(date(2031, 3, 4), date(2031, 3, 10))], id="when it was over"
        ),
        pytest.param(datetime(2031, 3, 3, 12, tzinfo=UTC), [], id="before it had begun"),
    ],
)
async def test_a_closure_that_ended_early_is_shorter_for_later_requests(
    records: Records, notified_at: datetime, left: list[tuple[date, date]]
) -> None:
    await records.closures.announce(announcement())

    ended = await records.closures.end("K1", notified_at)

    assert ended.ended_notified_at == notified_at
    assert await bound_days(records) == left


async def test_a_later_notice_of_the_same_reopening_lengthens_nothing(records: Records) -> None:
    await records.closures.announce(announcement())
    first = await records.closures.end("K1", datetime(2031, 3, 5, 12, tzinfo=UTC))

    assert await records.closures.end("K1", datetime(2031, 3, 8, 12, tzinfo=UTC)) == first
    assert await records.closures.announce(announcement()) == first


async def test_an_unknown_closure_cannot_end(records: Records) -> None:
    with pytest.raises(RecordMissing, match="K404"):
        await records.closures.end("K404", OPENED_AT)


async def test_a_reopening_that_a_workflow_stores_cuts_the_closure_for_later_requests(
    records: Records,
) -> None:
    await records.closures.announce(announcement())
    cut = ClosureCut(closure_id="K1", seller_id="S1", notified_at=datetime(2031, 3, 6, 12, tzinfo=UTC))

    await records.care.store(a_step(reopenings=(cut,)))

    assert await bound_days(records) == [(date(2031, 3, 4), date(2031, 3, 6))]


BREACHED = AcknowledgementView(status=AcknowledgementStatus.BREACHED, due=OPENED_AT + timedelta(days=2))


async def test_the_requests_that_count_a_closure_are_those_still_waiting_for_their_acknowledgement(
    records: Records,
) -> None:
    await records.closures.announce(announcement())
    met = AcknowledgementView(status=AcknowledgementStatus.MET)
    due_before = AcknowledgementView(status=AcknowledgementStatus.PENDING, due=OPENED_AT + timedelta(hours=3))
    for view in (
        a_view("R-pending"),
        a_view("R-breached", acknowledgement=BREACHED),
        a_view("R-met", acknowledgement=met),
        a_view("R-closed", outcome=Outcome.WITHDRAWN),
        a_view("R-other-seller", seller_id="S2"),
        a_view("R-opened-before-the-notice", opened_at=NOTIFIED_AT - timedelta(seconds=1)),
        a_view("R-due-before-it-starts", acknowledgement=due_before),
        a_view("R-opened-after-its-end", opened_at=datetime(2031, 3, 11, tzinfo=UTC)),
    ):
        await records.care.store(a_step(view))

    before = await records.closures.bound_requests("K1")
    await records.closures.end("K1", datetime(2031, 3, 3, 12, tzinfo=UTC))

    assert before == ["R-breached", "R-pending"]
    assert await records.closures.bound_requests("K1") == before
