"""What the records count: for metrics, and for the report of promises kept."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text, update

from adapters.records.database import Database
from adapters.records.figures import DAY, HOUR, Figures, Histogram
from adapters.records.migrations.run import upgrade
from adapters.records.opened import Records
from adapters.records.request_tables import REQUESTS
from adapters.records.seed import load
from business_care.books import BookingKind
from business_care.listing import PaymentState, PaymentSwitch
from business_care.policy import Policy
from business_care.promises import CountedRequest
from business_care.refund import Money, RefundStatus
from business_care.state import AcknowledgementStatus, Outcome
from business_care.views import AcknowledgementView, CareStateName, RefundView, RequestView
from tests.adapters.book_world import book_one
from tests.adapters.care_world import OPENED_AT, OPERATOR, a_file, a_notice, a_step, a_view

NOW = OPENED_AT + timedelta(days=60)
COLUMNS = (
    "acknowledgement",
    "acknowledged_after",
    "resolution_missed",
    "closed_after",
    "ground",
    "refund_status",
    "refund_due_at",
)


def acknowledged(after: timedelta, status: AcknowledgementStatus) -> AcknowledgementView:
    return AcknowledgementView(status=status, acted_at=OPENED_AT + after)


IN_TIME = acknowledged(timedelta(hours=3), AcknowledgementStatus.MET)
TOO_LATE = acknowledged(timedelta(hours=50), AcknowledgementStatus.MET_LATE)
NEVER = AcknowledgementView(status=AcknowledgementStatus.BREACHED, breached_at=OPENED_AT)


def closed(view: RequestView, outcome: Outcome, after: timedelta) -> RequestView:
    return view.model_copy(
        update={"state": CareStateName.CLOSED, "outcome": outcome, "closed_at": OPENED_AT + after}
    )


def with_missed_resolution(view: RequestView) -> RequestView:
    resolution = view.resolution.model_copy(update={"missed_at": OPENED_AT + timedelta(days=43)})
    return view.model_copy(update={"resolution": resolution})


def waiting_refund(status: RefundStatus, days: int) -> RefundView:
    return RefundView(status=status, amount=12_900, currency="EUR", due_at=OPENED_AT + timedelta(days=days))


RESOLVED = closed(a_view("R1", acknowledgement=IN_TIME), Outcome.RESOLVED, timedelta(days=6))
LATE_AND_OPEN = a_view("R2", acknowledgement=TOO_LATE, next_due_at=NOW - timedelta(hours=1))
UNANSWERED = with_missed_resolution(
    a_view(
        "R3",
        acknowledgement=NEVER,
        state=CareStateName.REFUND_PENDING,
        refund=waiting_refund(RefundStatus.PENDING, 43),
    )
)
BY_HAND = with_missed_resolution(
    a_view(
        "R4",
        acknowledgement=IN_TIME,
        state=CareStateName.REFUND_MANUAL,
        refund=waiting_refund(RefundStatus.MANUAL, 44),
        next_due_at=NOW - timedelta(minutes=20),
    )
)


async def the_figures(records: Records, *views: RequestView) -> Figures:
    for view in views:
        await records.care.store(a_step(view))
    return await records.figures.at(NOW)


async def test_nothing_is_counted_in_empty_records(records: Records) -> None:
    figures = await the_figures(records)

    assert figures.opened == figures.overdue == figures.notices_waiting == figures.to_resolve.count == 0
    assert figures.open_by_state == figures.refunds == figures.oldest_refund_due_at == {}
    assert figures.oldest_deadline is figures.oldest_notice_waiting_since is None


async def test_requests_count_by_state_outcome_and_both_promises(records: Records) -> None:
    figures = await the_figures(records, RESOLVED, LATE_AND_OPEN, UNANSWERED, BY_HAND)

    assert figures.opened == 4
    assert figures.open_by_state == {"in_progress": 1, "refund_pending": 1, "refund_manual": 1}
    assert figures.closed_by_outcome == {"resolved": 1}
    assert figures.acknowledgements == {"met": 2, "met_late": 1, "breached": 1}
    assert figures.breaches == {"acknowledgement": 2, "resolution": 2}


async def test_a_breach_that_is_taken_back_is_counted_no_more(records: Records) -> None:
    await the_figures(records, a_view("R1", acknowledgement=NEVER))

    figures = await the_figures(records, a_view("R1", seq=2, acknowledgement=IN_TIME))

    assert figures.breaches == {"acknowledgement": 0, "resolution": 0}
    assert figures.acknowledgements == {"met": 1}


async def test_refunds_count_by_status_and_the_oldest_of_each_is_known(records: Records) -> None:
    figures = await the_figures(records, RESOLVED, UNANSWERED, BY_HAND)

    assert figures.refunds == {"pending": 1, "manual": 1}
    assert figures.oldest_refund_due_at == {
        "pending": OPENED_AT + timedelta(days=43),
        "manual": OPENED_AT + timedelta(days=44),
    }


async def test_a_deadline_that_has_passed_with_its_grace_is_overdue(records: Records) -> None:
    figures = await the_figures(records, LATE_AND_OPEN, BY_HAND)

    assert (figures.overdue, figures.oldest_deadline) == (1, NOW - timedelta(hours=1))


async def test_a_deadline_is_not_overdue_while_the_policy_lets_what_is_on_its_way_arrive(
    records: Records,
) -> None:
    await load(records.database, a_file(), policy=Policy(arrival_grace_minutes=60))

    figures = await the_figures(records, LATE_AND_OPEN)

    assert figures.overdue == 0


async def test_times_lie_in_the_buckets_that_reach_them(records: Records) -> None:
    figures = await the_figures(records, RESOLVED, LATE_AND_OPEN, UNANSWERED)

    assert within(figures.to_acknowledge, HOUR) == {1: 0, 2: 0, 4: 1, 48: 1, 72: 2, 240: 2}
    assert (figures.to_acknowledge.count, figures.to_acknowledge.sum) == (2, 53 * HOUR)
    assert within(figures.to_resolve, DAY) == {1: 0, 5: 0, 7: 1, 120: 1}


def within(histogram: Histogram, unit: int) -> dict[int, int]:
    asked = (1, 2, 4, 48, 72, 240) if unit == HOUR else (1, 5, 7, 120)
    counts = dict(zip(histogram.bounds, histogram.counts, strict=True))
    return {bound: counts[bound * unit] for bound in asked}


async def test_money_that_came_back_to_the_provider_is_not_given_back(records: Records) -> None:
    await book_one(records, BookingKind.PAID_BY_PROVIDER)
    paid = await the_figures(records)
    await book_one(records, BookingKind.RETURNED_BY_PROVIDER)

    returned = await the_figures(records)

    assert (paid.paid_back, returned.paid_back) == ({"EUR": 12_900}, {"EUR": 0})


async def test_a_licence_paid_back_once_counts_for_the_request_that_was_paid_first(records: Records) -> None:
    await the_figures(records, RESOLVED, UNANSWERED)
    await book_one(records, BookingKind.PAID_BY_PROVIDER)
    await book_one(records, BookingKind.RETURNED_BY_PROVIDER)
    await book_one(records, BookingKind.PAID_BY_HAND, "transfer 4711")

    paid_back = {one.outcome: one.paid_back for one in await records.figures.counted()}

    assert paid_back == {Outcome.RESOLVED: Money(amount=12_900, currency="EUR"), None: None}


async def test_notices_count_as_delivered_waiting_and_failed(records: Records) -> None:
    await load(records.database, a_file())
    notices = (a_notice("1-0-a"), a_notice("1-1-b"), a_notice("1-2-c"))
    await records.care.store(a_step(RESOLVED, notices=notices))
    async with records.database.writing() as connection:
        await connection.execute(
            text("UPDATE notices SET delivered_at = created_at, attempts = 1 WHERE key = '1-0-a'")
        )
        await connection.execute(
            text("UPDATE notices SET last_error = 'no_address', attempts = 2 WHERE key = '1-1-b'")
        )

    figures = await records.figures.at(NOW)

    assert (figures.notices_delivered, figures.notices_waiting) == (1, 2)
    assert figures.notices_failed == {"no_address": 1}
    assert figures.oldest_notice_waiting_since is not None


async def test_a_kill_switch_that_is_on_is_counted(records: Records) -> None:
    for seller_id, state in ((None, PaymentState.STOPPED), ("S1", PaymentState.RESUMED)):
        await records.switches.set_payments(
            PaymentSwitch(seller_id=seller_id, state=state, by=OPERATOR, at=OPENED_AT)
        )

    assert (await records.figures.at(NOW)).payments_stopped == 1


async def test_a_request_counts_in_the_month_of_its_opening_in_the_marketplaces_zone(
    records: Records,
) -> None:
    last_minute = datetime(2031, 3, 31, 21, 59, tzinfo=UTC)
    for request_id, opened_at in (("R1", last_minute), ("R2", last_minute + timedelta(minutes=1))):
        await records.care.store(a_step(a_view(request_id, opened_at=opened_at)))

    march, april, december = [
        await records.figures.counted(month) for month in ("2031-03", "2031-04", "2030-12")
    ]

    assert [one.month for one in march] == ["2031-03"]
    assert [one.month for one in april] == ["2031-04"]
    assert december == []


async def test_a_report_may_be_about_one_seller(records: Records) -> None:
    await the_figures(records, a_view("R1"), a_view("R2", seller_id="S2"))

    counted = await records.figures.counted(seller_id="S2")

    assert counted == [
        CountedRequest(month="2031-03", seller_id="S2", acknowledgement=AcknowledgementStatus.PENDING)
    ]


async def test_a_request_that_an_older_worker_has_stored_is_reported_too(records: Records) -> None:
    await the_figures(records, RESOLVED)
    today = await records.figures.counted()
    async with records.database.writing() as connection:
        await connection.execute(update(REQUESTS).values(dict.fromkeys(COLUMNS)))

    assert await records.figures.counted() == today


async def test_requests_of_before_are_counted_like_those_stored_today(empty_database_url: str) -> None:
    await upgrade(empty_database_url)
    refused = closed(a_view("R5", acknowledgement=IN_TIME), Outcome.REFUSED, timedelta(days=9, seconds=1.4))
    ground = refused.resolution.model_copy(update={"ground": "modified_source"})
    views = (
        RESOLVED,
        LATE_AND_OPEN,
        UNANSWERED,
        BY_HAND,
        refused.model_copy(update={"resolution": ground}),
    )
    counted = select(REQUESTS.c.request_id, *(REQUESTS.c[name] for name in COLUMNS)).order_by(
        REQUESTS.c.request_id
    )
    async with Records.open(empty_database_url) as records:
        await the_figures(records, *views)
        async with records.database.writing() as connection:
            stored_today = (await connection.execute(counted)).all()
            await connection.execute(text("DROP INDEX ix_requests_counted"))
            await connection.execute(text("CREATE INDEX ix_requests_state ON requests (state)"))
            for name in COLUMNS:
                await connection.execute(text(f"ALTER TABLE requests DROP COLUMN {name}"))
            await connection.execute(text("UPDATE alembic_version SET version_num = '0009'"))

    await upgrade(empty_database_url)

    async with Database(empty_database_url) as database, database.reading() as connection:
        assert (await connection.execute(counted)).all() == stored_today
